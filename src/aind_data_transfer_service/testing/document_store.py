"""A server that speaks as much of MongoDB's protocol as the service uses, on a port of its own.

It knows ``find`` and ``update`` by equal fields, ``insert``, and ``$set`` of whole fields, and
refuses whatever else it is asked, so that nothing is tested that it only seems to do. A user is
asked for by SCRAM-SHA-256 (RFC 7677), where there is one.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import socket
import socketserver
import ssl
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

import bson

Document = dict[str, Any]

_OP_REPLY, _OP_QUERY, _OP_MSG = 1, 2004, 2013
_HEADER = struct.Struct("<iiii")
_ROUNDS = 4096
_OPEN_COMMANDS = frozenset({"hello", "ismaster", "saslStart", "saslContinue", "endSessions"})


@dataclass
class RecordsFault:
    """What strikes the next commands of a name."""

    command: str
    code: int | None = None
    """Error code of the answer; None: the connection breaks off instead."""
    message: str = "it failed"
    carried_out: bool = False
    """Whether the command is done all the same."""
    delay_seconds: float = 0.0
    times: int = 1


class _Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = {"ok": 0.0, "code": code, "errmsg": message}


class _Dropped(Exception):
    """The connection breaks off."""


@dataclass
class _Collections:
    """All documents, by database and collection."""

    documents: dict[str, list[Document]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def find(self, command: Document) -> Document:
        _require_only(command, "find", "filter", "projection", "limit", "singleBatch")
        place = f"{command['$db']}.{command['find']}"
        wanted = command.get("projection")
        with self.lock:
            found = self._matching(place, command.get("filter", {}))[: command.get("limit") or None]
            batch = [{k: v for k, v in one.items() if not wanted or k in wanted} for one in found]
        return {"ok": 1.0, "cursor": {"id": bson.Int64(0), "ns": place, "firstBatch": batch}}

    def insert(self, command: Document) -> Document:
        _require_only(command, "insert", "documents", "ordered")
        place = f"{command['$db']}.{command['insert']}"
        [document] = command["documents"]
        with self.lock:
            if self._matching(place, {"_id": document["_id"]}):
                error = {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key error"}
                return {"ok": 1.0, "n": 0, "writeErrors": [error]}
            self.documents.setdefault(place, []).append(document)
        return {"ok": 1.0, "n": 1}

    def update(self, command: Document) -> Document:
        _require_only(command, "update", "updates", "ordered")
        [change] = command["updates"]
        _require_only(change, "q", "u")
        _require_only(change["u"], "$set")
        with self.lock:
            found = self._matching(f"{command['$db']}.{command['update']}", change["q"])[:1]
            for document in found:
                document.update(change["u"]["$set"])
        return {"ok": 1.0, "n": len(found), "nModified": len(found)}

    def _matching(self, place: str, query: Document) -> list[Document]:
        if any(key.startswith("$") or isinstance(value, dict) for key, value in query.items()):
            raise _Refusal(2, f"this server does not know {query}")
        every = self.documents.get(place, [])
        return [one for one in every if all(one.get(k) == v for k, v in query.items())]


def _require_only(command: Document, *names: str) -> None:
    always = {"$db", "lsid", "$readPreference", "multi", "upsert"}
    asked = {k for k in command if k not in always or command[k] is True}
    if not asked <= set(names):
        raise _Refusal(9, f"this server does not know {sorted(asked - set(names))}")


class FakeDocumentStore:
    """The server, with what it holds.

    Parameters
    ----------
    user, password
        Who may use it; None: anybody.
    tls
        How to prove itself; None: connections are in the clear.
    """

    def __init__(
        self,
        *,
        user: str | None = None,
        password: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.user, self.password, self.tls = user, password, tls
        self.asked: list[str] = []
        """Names of the commands so far."""
        self.clients: set[str] = set()
        """Names that applications gave themselves."""
        self._held = _Collections()
        self._faults: list[RecordsFault] = []
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.fake = self

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"mongodb://localhost:{self._server.server_address[1]}"

    def fail(self, *faults: RecordsFault) -> None:
        """Let faults strike."""
        self._faults += faults

    def documents(self, place: str = "metadata_index.data_assets") -> list[Document]:
        """Return the documents of a collection."""
        return self._held.documents.setdefault(place, [])

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self._server.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def answer(self, command: Document, scram: "_Scram") -> Document:
        """Return the answer to a command; raises `_Dropped`."""
        name = next(iter(command))
        self.asked.append(name)
        fault = next((f for f in self._faults if f.command == name and f.times), None)
        try:
            if fault is None:
                return self._carry_out(name, command, scram)
            fault.times -= 1
            time.sleep(fault.delay_seconds)
            answer = self._carry_out(name, command, scram) if fault.carried_out else {}
        except _Refusal as refusal:
            return refusal.answer
        if fault.code is None:
            raise _Dropped
        return answer if fault.code == 0 else _Refusal(fault.code, fault.message).answer

    def _carry_out(self, name: str, command: Document, scram: "_Scram") -> Document:
        if self.user is not None and not scram.passed and name not in _OPEN_COMMANDS:
            raise _Refusal(13, f"Command {name} requires authentication")
        does: Mapping[str, Callable[[Document], Document]] = {
            "hello": self._hello,
            "ismaster": self._hello,
            "endSessions": lambda _: {"ok": 1.0},
            "saslStart": scram.start,
            "saslContinue": scram.go_on,
            "find": self._held.find,
            "insert": self._held.insert,
            "update": self._held.update,
        }
        if name not in does:
            raise _Refusal(59, f"no such command: {name}")
        return does[name](command)

    def _hello(self, command: Document) -> Document:
        name = command.get("client", {}).get("application", {}).get("name")
        self.clients |= {name} if name else set()
        return {
            "ok": 1.0,
            "helloOk": True,
            "ismaster": True,
            "isWritablePrimary": True,
            "maxBsonObjectSize": 16 * 1024 * 1024,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
            "logicalSessionTimeoutMinutes": 30,
            "minWireVersion": 0,
            "maxWireVersion": 21,
            "saslSupportedMechs": ["SCRAM-SHA-256"],
        }


class _Scram:
    """One connection's proof of who it is."""

    def __init__(self, fake: FakeDocumentStore) -> None:
        self._fake = fake
        self._salt = os.urandom(16)
        self._messages: list[str] = []
        self.passed = False

    def start(self, command: Document) -> Document:
        """Answer who wants in with salt and rounds."""
        said = bytes(command["payload"]).decode().removeprefix("n,,")
        fields = _fields(said)
        salt = base64.b64encode(self._salt).decode()
        nonce = fields["r"] + base64.b64encode(os.urandom(12)).decode()
        self._messages = [said, f"r={nonce},s={salt},i={_ROUNDS}"]
        self._user = fields["n"]
        return self._step(self._messages[1], done=False)

    def go_on(self, command: Document) -> Document:
        """Check the proof."""
        said = bytes(command["payload"]).decode()
        if self.passed:
            return self._step("", done=True)
        without_proof, _, proof = said.rpartition(",p=")
        salted = hashlib.pbkdf2_hmac("sha256", self._fake.password.encode(), self._salt, _ROUNDS)
        key = hmac.digest(salted, b"Client Key", "sha256")
        text = ",".join((*self._messages, without_proof)).encode()
        signed = hmac.digest(hashlib.sha256(key).digest(), text, "sha256")
        expected = bytes(a ^ b for a, b in zip(key, signed, strict=True))
        if self._user != self._fake.user or base64.b64decode(proof) != expected:
            raise _Refusal(18, "Authentication failed.")
        self.passed = True
        server = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), text, "sha256")
        return self._step(f"v={base64.b64encode(server).decode()}", done=True)

    @staticmethod
    def _step(said: str, *, done: bool) -> Document:
        return {"ok": 1.0, "conversationId": 1, "done": done, "payload": said.encode()}


def _fields(message: str) -> dict[str, str]:
    return {part[0]: part[2:] for part in message.split(",")}


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    fake: FakeDocumentStore

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.connections: list[socket.socket] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: clients go away as they like."""


class _Connection(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        if self.server.fake.tls is not None:
            self.request = self.server.fake.tls.wrap_socket(self.request, server_side=True)
        self.server.connections.append(self.request)
        super().setup()

    def handle(self) -> None:
        scram = _Scram(self.server.fake)
        while head := self.rfile.read(_HEADER.size):
            length, request_id, _, operation = _HEADER.unpack(head)
            body = self.rfile.read(length - _HEADER.size)
            try:
                answer = self.server.fake.answer(_command(operation, body), scram)
            except _Dropped:
                return
            document = bson.encode(answer)
            if operation == _OP_QUERY:
                said, kind = struct.pack("<iqii", 8, 0, 0, 1) + document, _OP_REPLY
            else:
                said, kind = struct.pack("<iB", 0, 0) + document, _OP_MSG
            self.wfile.write(_HEADER.pack(_HEADER.size + len(said), 0, request_id, kind) + said)

    def finish(self) -> None:
        super().finish()
        self.request.close()


def _command(operation: int, body: bytes) -> Document:
    """Return the command in a message, its sequences of documents included."""
    if operation == _OP_QUERY:
        return bson.decode(body[body.index(0, 4) + 9 :])
    command: Document = {}
    place = 4
    while place < len(body):
        kind, place = body[place], place + 1
        size = struct.unpack_from("<i", body, place)[0]
        if kind == 0:
            command = bson.decode(body[place : place + size]) | command
        else:
            name_end = body.index(0, place + 4)
            name = body[place + 4 : name_end].decode()
            command[name] = bson.decode_all(body[name_end + 1 : place + size])
        place += size
    return command
