"""A way to a server that can stall and break."""

import contextlib
import socket
from collections.abc import Callable
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_PIECE_BYTES = 1 << 16


class TcpProxy:
    """Passes connections on to the server at ``http://host:port``, until told otherwise."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._flow = Event()
        self._flow.set()
        self._limit: tuple[int, Callable[[], None]] | None = None
        self._broken = False
        self.alter: Callable[[bytes], bytes] = bytes
        """Changes what clients send, on its way."""
        self.sent_bytes = 0
        """From the clients to the server, so far."""
        self.struck = Event()
        """Set when a limit was reached."""

    @property
    def url(self) -> str:
        """Where clients connect to."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def break_after(self, count: int) -> None:
        """After ``count`` more bytes from clients, cut all connections and every new one."""
        self._set_limit(count, self._break)

    def hold_after(self, count: int) -> None:
        """After ``count`` more bytes from clients, let nothing pass and keep the connections."""
        self._set_limit(count, self._flow.clear)

    def restore(self) -> None:
        """Let everything pass again."""
        with self._lock:
            self._limit = None
            self._broken = False
        self._flow.set()

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._break()
        self._flow.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _set_limit(self, count: int, action: Callable[[], None]) -> None:
        with self._lock:
            self._limit = (self.sent_bytes + count, action)
        self.struck.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._broken:
                client.close()
                continue
            server = socket.create_connection(self._server)
            with self._lock:
                self._open |= {client, server}
            Thread(target=self._pass_on, args=(client, server, True), daemon=True).start()
            Thread(target=self._pass_on, args=(server, client, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, from_client: bool) -> None:
        try:
            while piece := source.recv(_PIECE_BYTES):
                if from_client:
                    self._count(len(piece))
                self._flow.wait()
                target.sendall(self.alter(piece) if from_client else piece)
        except OSError:
            pass
        finally:
            self._close(source, target)

    def _count(self, count: int) -> None:
        with self._lock:
            self.sent_bytes += count
            struck = self._limit if self._limit and self.sent_bytes >= self._limit[0] else None
            if struck:
                self._limit = None
        if struck:
            struck[1]()
            self.struck.set()

    def _break(self) -> None:
        with self._lock:
            self._broken = True
            cut = tuple(self._open)
        self._close(*cut)

    def _close(self, *sockets: socket.socket) -> None:
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        with self._lock:
            self._open -= set(sockets)
