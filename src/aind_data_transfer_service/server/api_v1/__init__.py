"""The API that existing scripts use, with its texts and shapes."""
