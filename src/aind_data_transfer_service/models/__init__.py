"""Import paths that existing user scripts use."""
