"""What the service is about: pure types and rules, no input or output."""
