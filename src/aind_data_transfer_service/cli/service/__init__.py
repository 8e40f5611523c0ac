"""What `up`, `serve` and `worker` do; needs the extra ``server``."""
