"""Which keys an object may have, the same for every store."""

import re

from ..ports.object_store import KeyRefused

_MAX_BYTES = 1024
"""The longest key S3 takes (UTF-8 bytes, Amazon S3 user guide, "Naming objects")."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python reads a name's bytes as that are not UTF-8."""


def key_problem(key: str) -> str | None:
    """Say what is wrong with a key; None if nothing is.

    Control characters are refused because XML 1.0, the form of an S3 listing, has no place for
    them; ``.`` and ``..`` because HTTP clients resolve them away.
    """
    parts = key.split("/")
    length = len(key.encode(errors="surrogatepass"))
    problems = {
        "begins with '/'": key.startswith("/"),
        "has an empty part": "" in parts,
        "has a part '.' or '..'": "." in parts or ".." in parts,
        "has a control character": _CONTROL.search(key) is not None,
        "is not valid UTF-8": _SURROGATE.search(key) is not None,
        f"is {length} bytes long; at most {_MAX_BYTES} are allowed": length > _MAX_BYTES,
    }
    return next((problem for problem, there in problems.items() if there), None)


def check_key(key: str) -> None:
    """Raise `KeyRefused` if no object can have this key."""
    problem = key_problem(key)
    if problem is not None:
        raise KeyRefused(f"The key {key!r} {problem}.", key=repr(key))
