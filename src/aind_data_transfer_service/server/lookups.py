"""What requests are judged by and others keep: presets and project names, always at hand."""

from dataclasses import replace

from ..db.database import Database
from ..intake.policy import IntakePolicy
from ..last_good import NotLoadedYet
from ..ports.project_names import ProjectList
from ..presets.cache import CachedPresets, PresetSnapshot
from ..presets.open import open_preset_store
from ..presets.service import PresetService
from ..projects.open import open_project_names
from ..settings import Settings


class Lookups:
    """The presets and the project names. All methods but `start` and `close` answer at once."""

    def __init__(self, settings: Settings, database: Database) -> None:
        store = open_preset_store(settings)
        self._cache = CachedPresets(store, refresh=settings.presets.refresh)
        self._names = open_project_names(settings)
        self._policy = IntakePolicy.from_settings(settings)
        self.presets = PresetService(store, self._cache, database)

    def start(self) -> None:
        """Begin to keep them fresh."""
        self._cache.start()
        self._names.start()

    def close(self) -> None:
        """Stop keeping them fresh."""
        self._cache.close()
        self._names.close()

    def snapshot(self) -> PresetSnapshot:
        """Return all presets; the very first time they are read in this thread.

        Raises why they could never be read.
        """
        try:
            return self._cache.snapshot()
        except NotLoadedYet:
            self._cache.refresh_now()
            return self._cache.snapshot()

    def project_names(self) -> ProjectList:
        """Return the project names; raises `ProjectNamesUnavailable`."""
        return self._names.names()

    def policy(self) -> IntakePolicy:
        """Return what is accepted now; raises `ProjectNamesUnavailable`."""
        return replace(self._policy, project_names=self.project_names().names)
