"""Where project names come from: the settings, a file or a metadata service."""
