"""Fakes and sample data: shipped, so that a site can test its own set-up with them."""
