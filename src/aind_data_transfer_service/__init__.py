"""Moves recorded neuroscience sessions from a shared drive to the cloud, whole and verified."""

__version__ = "0.1.0"
