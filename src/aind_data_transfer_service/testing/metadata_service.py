"""A metadata service for tests and trials: its addresses, its envelope and its status codes.

As ``aind-metadata-service`` of May 2025 answers: ``{"message": …, "data": …}``, with 200 for what
is valid, 207 for what is known in part, 300 for several, 404 for nothing, 406 for what is not valid
(with data), 422 for what was not validated (with data), and 500 and 503 for faults.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

MESSAGES = {
    200: "Valid Model.",
    207: "Some procedures could not be retrieved.",
    300: "Multiple Items Found.",
    400: "Bad Request.",
    404: "No Data Found.",
    406: "Validation Errors.",
    422: "Valid Request Format. Models have not been validated.",
    500: "Internal Server Error.",
    503: "Connection Error.",
}
_WITHOUT_DATA = frozenset({400, 404, 500, 503})
_INVESTIGATORS = "Ann Other, John Apple"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered at one path."""

    status: int | None = None
    """None: as usual at its path."""
    data: Any = None
    """None: what the service knows."""
    delay: float = 0.0
    """Seconds before anything is answered."""
    body: bytes | None = None
    """In place of the envelope."""
    dropped: bool = False
    """Whether the connection breaks off instead."""

    def content(self) -> bytes:
        """Return the body."""
        if self.body is not None:
            return self.body
        status = self.status or HTTPStatus.OK
        data = None if status in _WITHOUT_DATA else self.data
        return json.dumps({"message": MESSAGES[status], "data": data}).encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came."""

    path: str
    query: Mapping[str, list[str]]


@dataclass
class MetadataService:
    """Answers on a free port of this machine, while it is entered.

    Knows any subject, rig and project. ``answers`` says what is answered otherwise, by the path
    (``/subject/655019``) or by its first part (``/subject``).
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [asked.path for asked in self.asked]

    def __enter__(self) -> Self:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                path = unquote(parts.path)
                service.asked.append(Asked(path, parse_qs(parts.query)))
                answer = service.answer(path)
                time.sleep(answer.delay)
                if answer.dropped:
                    self.close_connection = True
                    return
                content = answer.content()
                self.send_response(answer.status or HTTPStatus.OK)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Print nothing."""

            def handle(self) -> None:
                try:
                    super().handle()
                except ConnectionError:
                    self.close_connection = True  # who asked did not wait for a slow answer

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> Answer:
        """Return what is answered at ``path``."""
        kind = path.split("/")[1]
        given = self.answers.get(path) or self.answers.get(f"/{kind}") or Answer()
        known = _KNOWN.get(kind)
        status, make = (404, _nothing) if known is None else known
        return replace(
            given,
            status=given.status or status,
            data=make(path.rpartition("/")[2]) if given.data is None else given.data,
        )


def _sample(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        files(__package__).joinpath("sample_metadata", name).read_bytes()
    )
    return document


def _funding(_: str) -> dict[str, Any]:
    return {
        "funder": {
            "name": "Allen Institute",
            "abbreviation": "AI",
            "registry": {"name": "Research Organization Registry", "abbreviation": "ROR"},
            "registry_identifier": "03cpe7c52",
        },
        "grant_number": None,
        "fundee": None,
        "investigators": _INVESTIGATORS,
    }


def _known_subject(file: str) -> Callable[[str], Any]:
    return lambda name: _sample(file) | {"subject_id": name}


def _nothing(_: str) -> None:
    return None


def _instrument(name: str) -> dict[str, Any]:
    return {
        "schema_version": "1.0.3",
        "instrument_id": name,
        "modification_date": "2023-10-04",
        "instrument_type": "SmartSPIM",
        "manufacturer": {"name": "LifeCanvas", "abbreviation": None},
        "objectives": [],
    }


def _imaging(_: str) -> list[dict[str, Any]]:
    imaging = {
        "specimen_id": "695464-01",
        "instrument_id": "440_SmartSPIM2_20231004",
        "protocol_id": "dx.doi.org/10.17504/protocols.io.3byl4jo1rlo5/v1",
        "experimenter_name": "John Apple",
        "chamber_immersion_medium": "Cargille Oil 1.5200",
        "chamber_refractive_index": "1.52",
        "sample_immersion_medium": "EasyIndex",
        "sample_refractive_index": "1.52",
        "x_direction": "Left to Right",
        "y_direction": "Anterior to Posterior",
        "z_direction": "Superior to Inferior",
        "imaging_channels": ["Laser = 488; Emission Filter = 525/45"],
        "stitching_channels": "Laser = 488, Emission Filter = 525/45",
    }
    return [imaging]


_KNOWN: Mapping[str, tuple[int, Callable[[str], Any]]] = {
    "subject": (200, _known_subject("subject.json")),
    "procedures": (200, _known_subject("procedures.json")),
    "funding": (200, _funding),
    "rig": (422, lambda name: _sample("rig.json") | {"rig_id": name}),
    "instrument": (422, _instrument),
    "project_names": (200, lambda _: ["Brain Computer Interface", "Ephys Platform"]),
    "slims": (200, _imaging),
}
"""First part of a path → status, and what makes the document for its last part."""
