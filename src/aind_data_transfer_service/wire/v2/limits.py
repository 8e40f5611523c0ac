"""How much one request may hold."""

MOST_JOBS = 1000
"""Jobs that one request may have."""
