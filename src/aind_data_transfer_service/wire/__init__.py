"""The requests and answers of the HTTP API, as pydantic models that never read the environment."""
