"""Presets: the stores that keep them, the copy that answers at once, and their changes."""
