"""The command line: one command a file, each loading only what it needs."""
