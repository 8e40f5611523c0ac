"""The places that project names are read from."""

import time
from pathlib import Path

import httpx

from ..ports.project_names import ProjectNamesUnavailable
from .parse import parse_answer, parse_file

_LARGEST_BYTES = 4 << 20
_PART_SECONDS = 5.0
"""Longest silence of the server."""
_WHOLE_SECONDS = 20.0


class NamesFile:
    """A file with a JSON list, or one name a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> tuple[str, ...]:
        """Read the file; raises `ProjectNamesUnavailable`."""
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ProjectNamesUnavailable(f"{self._path} cannot be read: {error}.") from error
        return parse_file(text, str(self._path))


class NamesUrl:
    """A service that answers ``{"data": [names]}``."""

    def __init__(
        self, url: str, *, part_seconds: float = _PART_SECONDS, seconds: float = _WHOLE_SECONDS
    ) -> None:
        self._url = url
        self._seconds = seconds
        self._client = httpx.Client(timeout=part_seconds)

    def __call__(self) -> tuple[str, ...]:
        """Ask the service; raises `ProjectNamesUnavailable`."""
        try:
            return parse_answer(self._get(), self._url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise ProjectNamesUnavailable(f"{self._url} does not answer: {reason}.") from error
        except UnicodeDecodeError as error:
            raise ProjectNamesUnavailable(f"{self._url} is not UTF-8 text: {error}.") from error

    def _get(self) -> str:
        deadline = time.monotonic() + self._seconds
        content = bytearray()
        with self._client.stream("GET", self._url) as answer:
            if not answer.is_success:
                raise ProjectNamesUnavailable(
                    f"{self._url} answers {answer.status_code} {answer.reason_phrase}."
                )
            for part in answer.iter_bytes():
                content += part
                if len(content) > _LARGEST_BYTES:
                    raise ProjectNamesUnavailable(
                        f"{self._url} answers more than {_LARGEST_BYTES} bytes."
                    )
                if time.monotonic() > deadline:
                    raise ProjectNamesUnavailable(
                        f"{self._url} takes more than {self._seconds:g} s to answer."
                    )
        return content.decode()
