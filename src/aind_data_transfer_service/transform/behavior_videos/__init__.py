"""Compression of behavior videos: every frame there at its time, but not the same pixels."""
