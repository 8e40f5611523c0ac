"""Conversions of raw acquisition data to the form that is kept: each proves what it wrote."""
