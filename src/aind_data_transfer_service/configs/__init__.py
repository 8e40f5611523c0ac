"""Import paths that existing user scripts use; all of it is defined elsewhere."""
