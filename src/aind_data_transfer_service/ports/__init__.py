"""The outside world as the service sees it: one Protocol a file, adapters elsewhere."""
