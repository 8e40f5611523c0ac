"""What `doctor` looks at: one check a file, each yielding findings; needs the extra ``server``."""
