"""The API that the command line and the portal use."""
