"""Programs for the environments of the metadata tools; they import nothing of this package."""
