"""Where assets are registered and pipelines run."""
