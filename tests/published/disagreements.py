"""What the published models and ours do otherwise with the same request."""

import json
import re
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..wire.v1.samples import in_one_order

PEER = Path(__file__).with_name("peer.py")

Kind = Literal["refused here", "accepted here", "normalised otherwise"]


class Disagreement(NamedTuple):
    """``what`` is a place, with its error or with both values; a place has no indices."""

    kind: Kind
    what: str


class Difference(NamedTuple):
    """Disagreements that are on purpose."""

    documented: str
    """Words that tell of it in the documentation."""
    kind: Kind
    what: str
    """A regular expression for the beginning of the disagreement's ``what``."""
    example: dict[str, Any]
    """A request that shows it, and nothing else."""

    def explains(self, found: Disagreement) -> bool:
        """Whether the disagreement is on purpose."""
        return self.kind == found.kind and bool(re.match(self.what, found.what))


class Refusal(NamedTuple):
    """An error of ours or theirs."""

    loc: Collection[str | int]
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{_place(self.loc)} {self.kind}: {self.message}"


class Answer(NamedTuple):
    """The normal form of a request, or why it was refused."""

    accepted: dict[str, Any] | None
    refused: Collection[Refusal] = ()


class Peer:
    """The published model, in a process with its own packages."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answer(self, content: object) -> Answer:
        """Validate the request there; a failure, an answer 500, is a refusal of kind ``failed``."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(content) + "\n")
        process.stdin.flush()
        match json.loads(process.stdout.readline()):
            case {"accepted": accepted}:
                return Answer(accepted)
            case {"refused": errors}:
                return Answer(None, [Refusal(e["loc"], e["type"], e["msg"]) for e in errors])
            case {"failed": text}:
                return Answer(None, [Refusal((), "failed", text)])
            case other:
                raise AssertionError(other)


@contextmanager
def peer(python: str, model: str) -> Iterator[Peer]:
    """Start the peer; ``model`` is ``module:class``. Its environment is empty, and so leaks not."""
    command = [python, str(PEER), model]
    with subprocess.Popen(
        command, env={}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Peer(process)
        assert process.stdin is not None
        process.stdin.close()


def disagreements(ours: Answer, theirs: Answer) -> list[Disagreement]:
    """Compare two answers; that the reasons of two refusals differ does not matter."""
    if ours.accepted is not None and theirs.accepted is not None:
        differing = _differing(ours.accepted, theirs.accepted, "")
        return [Disagreement("normalised otherwise", text) for text in differing]
    if ours.accepted is not None:
        return [Disagreement("accepted here", str(refusal)) for refusal in theirs.refused]
    if theirs.accepted is not None:
        return [Disagreement("refused here", str(refusal)) for refusal in ours.refused]
    return []


def unexplained(
    found: Collection[Disagreement], differences: Collection[Difference]
) -> list[Disagreement]:
    """Return the disagreements that are not on purpose."""
    return [
        each for each in found if not any(difference.explains(each) for difference in differences)
    ]


def compared(content: object, ours: Callable[[object], Answer], peer: Peer) -> list[Disagreement]:
    """Return what we and the peer do otherwise with this request."""
    theirs = peer.answer(content)
    if theirs.accepted is not None:
        in_one_order(theirs.accepted)
    return disagreements(ours(content), theirs)


def _differing(ours: object, theirs: object, place: str) -> Iterator[str]:
    match ours, theirs:
        case Mapping(), Mapping():
            for key in ours.keys() | theirs.keys():
                yield from _differing(ours.get(key), theirs.get(key), f"{place}.{key}".lstrip("."))
        case list(), list() if len(ours) == len(theirs):
            for mine, other in zip(ours, theirs, strict=True):
                yield from _differing(mine, other, f"{place}[]")
        case _ if ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
            yield f"{place} is {ours!r} here, {theirs!r} there"


def _place(loc: Collection[str | int]) -> str:
    parts = ("[]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).removeprefix(".")
