"""Runs upload jobs durably; the only place that changes a state."""
