"""Where the records of assets are kept for searching."""
