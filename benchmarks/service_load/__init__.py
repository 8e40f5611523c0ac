"""What `benchmarks/wire.py` starts and asks."""
