"""Runs the command line as ``python -m aind_data_transfer_service.cli``."""

from .main import main

if __name__ == "__main__":
    main()
