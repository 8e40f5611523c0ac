"""What the server and the command line ask of the engine."""
