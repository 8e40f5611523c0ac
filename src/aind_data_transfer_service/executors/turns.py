"""Whose turn it is among those who ask again and again until there is room."""

import time


class Turns:
    """Serves in the order of the first asking.

    Parameters
    ----------
    patience_seconds
        Who has not asked again for so long has given up, and holds up nobody.
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._last_asked: dict[str, float] = {}

    def is_next(self, name: str) -> bool:
        """Ask, and tell whether all who asked earlier are served or have given up."""
        now = time.monotonic()
        self._last_asked[name] = now
        for other, asked in list(self._last_asked.items()):
            if now - asked > self._patience:
                del self._last_asked[other]
        return next(iter(self._last_asked)) == name

    def served(self, name: str) -> None:
        """Note that somebody waits no longer."""
        self._last_asked.pop(name, None)
