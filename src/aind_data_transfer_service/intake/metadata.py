"""Looks at what a job says of its metadata: settings of extractors, and files it brings.

What would surely fail is refused; what may be a mistake, or has no effect here, is told.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..domain.paths import PathInvalid, SourceOutsideRoots
from ..domain.pipeline import TaskId
from ..domain.plan import JobPlan
from ..errors import InvalidInput
from ..metadata.builtin import NEEDS_MAPPER
from ..metadata.differences import in_folder
from ..metadata.errors import SettingsFileMissing
from ..metadata.extractor_settings import FILE, KINDS, Kind, complete, folders_of, require_runnable
from ..wire.problems import Loc, Problem
from .accepted import Findings
from .paths import NamedPath, missing_folders
from .policy import IntakePolicy
from .problems import problem

_SECONDS = 2.0
_NEEDS_SERVICE = ("rig_settings", "instrument_settings", "acquisition_settings")
_TASK = TaskId.GATHER_PRELIMINARY_METADATA
FOLLOWED = (*NEEDS_MAPPER, "raw_data_description_settings")
"""Members of ``metadata_configs`` that are followed; the others the service fills in."""
_FILLED_IN = (
    "job_settings_name",
    "subject_settings",
    "procedures_settings",
    "directory_to_write_to",
    "metadata_dir",
)


class MetadataLook:
    """Looks at the jobs of one request; files are read for two seconds at most."""

    def __init__(self, policy: IntakePolicy, findings: Findings) -> None:
        self._policy = policy
        self._findings = findings
        self._roots = [str(root) for root in policy.source_roots]
        self._until = time.monotonic() + _SECONDS

    def at(self, plan: JobPlan, given: Mapping[str, Any], place: Loc, folder_place: Loc) -> None:
        """Note what is wrong with a job.

        Parameters
        ----------
        plan
            The job, its settings merged.
        given
            The request's own settings.
        place, folder_place
            Where the request has its settings and its ``metadata_dir``.
        """
        task = plan.task(_TASK)
        if task.skip_reason is not None:
            return
        for kind in KINDS:
            self._extractor(task.settings.get(kind), kind, (*place, kind))
        self._findings.warnings += self._without_effect(task.settings, given, place)
        if plan.metadata_dir is not None and self._may_look():
            self._findings.warnings += [
                problem("metadata_differs", folder_place, told)
                for told in in_folder(plan, Path(plan.metadata_dir))
            ]

    def _extractor(self, settings: object, kind: Kind, place: Loc) -> None:
        """Note what is wrong with the settings of one extractor, as far as it can be seen."""
        if settings is None:
            return
        given = settings.get("job_settings") if isinstance(settings, Mapping) else None
        if not isinstance(given, Mapping):
            self._refuse("session_settings_invalid", place, "job_settings are needed, an object")
            return
        place = (*place, "job_settings")
        try:
            if given.get(FILE) is not None and not self._may_look():
                require_runnable(given, kind)
                return
            complete_settings = complete(given, self._roots, kind)
        except SettingsFileMissing as missing:
            told = f"{missing.message} As far as the server can see"
            found = [problem(missing.code, (*place, FILE), told, value=str(given[FILE]))]
            self._findings.unless_required(iter(found))
        except (PathInvalid, SourceOutsideRoots, InvalidInput) as wrong:
            self._refuse(wrong.code, place, wrong.message)
        else:
            if self._may_look():
                named = [NamedPath((*place, n), path) for n, path in folders_of(complete_settings)]
                self._findings.unless_required(missing_folders(named))

    def _without_effect(
        self, settings: Mapping[str, Any], given: Mapping[str, Any], place: Loc
    ) -> list[Problem]:
        told = []
        for name, file in NEEDS_MAPPER.items():
            if settings.get(name) and not self._policy.mapper:
                why = (
                    f"has no effect: {file} is not gathered, because the mapper is not set up here"
                )
                told.append(problem("mapper_not_set_up", (*place, name), why))
            elif (
                settings.get(name) and name in _NEEDS_SERVICE and not self._policy.metadata_service
            ):
                why = f"{file} needs the metadata service, and none is set up here"
                told.append(problem("metadata_service_not_set_up", (*place, name), why))
        for name, value in given.items():
            if value is not None and name not in FOLLOWED and name not in _FILLED_IN:
                why = "has no effect: the service itself says what belongs there"
                told.append(problem("setting_without_effect", (*place, name), why))
        return told

    def _refuse(self, code: str, place: Loc, message: str) -> None:
        self._findings.problems.append(problem(code, place, message))

    def _may_look(self) -> bool:
        return self._policy.path_checks != "off" and time.monotonic() < self._until
