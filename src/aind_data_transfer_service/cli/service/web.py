"""The web server in this process."""

import gc
import signal
import socket
import sys
from collections.abc import Callable

import uvicorn

from ...db.database import Database
from ...engine.durable import JobQueue
from ...errors import TransferError
from ...server.app import create_app
from ...settings import Settings

_BACKLOG = 2048
_GRACEFUL_SECONDS = 5
_TURN_SECONDS = 0.0005
"""How long a thread may keep Python to itself: short, so that large requests hold up no others."""


class AddressNotFree(TransferError):
    """The address to listen on cannot be had."""

    code = "address_not_free"
    what_to_do_default = "Stop what listens there, or choose another --port (0: any free one)."


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises `AddressNotFree`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as problem:
        raise AddressNotFree(f"Cannot listen on {host} port {port}: {problem.strerror}.") from None
    # Connections inherit it. Else the end of an answer waits 40 ms for the client's ACK of the
    # beginning; asyncio sets it on sockets with a protocol number only.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


class WebServer:
    """The API and the portal, until SIGINT or SIGTERM."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        listener: socket.socket,
        *,
        on_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._listener = listener
        self._queue = JobQueue(database)
        config = uvicorn.Config(
            create_app(settings, database, self._queue),
            log_config=None,
            proxy_headers=False,  # the service judges them itself, by its trusted_proxies
            access_log=settings.log_level == "DEBUG",
            timeout_graceful_shutdown=_GRACEFUL_SECONDS,
        )
        self._server = _Server(config, on_ready)
        # uvicorn raises the signal that ended it again; by then there is nothing left to end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop())

    def run(self) -> None:
        """Serve until told to stop."""
        sys.setswitchinterval(_TURN_SECONDS)
        # All that is loaded by now stays. To look through it for garbage takes 0.1 s, and nothing
        # else goes on meanwhile.
        gc.freeze()
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._queue.close()

    def stop(self) -> None:
        """Ask the server to end; may come before it runs."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
