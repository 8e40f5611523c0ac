"""The demonstration; needs the extra ``demo``."""
