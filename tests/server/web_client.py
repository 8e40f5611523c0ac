"""Requests to the application, without a network."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class WebClient:
    """Asks the application as if from one address."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        self.app = app
        self.address = address

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request and return the answer."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(self.address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Read something."""
        return self.ask("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        """Change something."""
        return self.ask("POST", path, **options)
