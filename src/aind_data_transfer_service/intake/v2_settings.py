"""What the merged settings of a V2 job say about the job itself: its folders, mostly."""

from collections.abc import Iterator
from typing import Any

from ..domain.command_script import is_placeholder
from ..domain.pipeline import TaskId
from ..wire.problems import Loc, Problem
from ..wire.v2 import Task, UploadJobConfigsV2
from ..wire.v2.task_ids import V2_NAMES
from .paths import NamedPath
from .planning import Settled
from .problems import problem
from .task_settings import TaskSettings

_SOURCE = "input_source"
_COMPRESS = "compress_raw_data"
# The service itself says where the output goes.
_SERVICE_DECIDES = ("output_directory", "s3_location")
# Modalities that are compressed unless somebody says otherwise, as in V1.
_COMPRESSED = frozenset({"ecephys"})
# Settings that make no sense otherwise.
_ASK_FOR_COMPRESSION = ("compression_requested", "video_specific_compression_requests")


class JobFacts:
    """Takes a job's facts out of its tasks' settings; the rest is for the tasks' programs.

    Parameters
    ----------
    job
        The job as requested.
    settled
        Its tasks' merged settings.
    loc
        Where the request has its tasks.
    """

    def __init__(self, job: UploadJobConfigsV2, settled: Settled, loc: Loc) -> None:
        self.problems: list[Problem] = []
        self.folders: list[NamedPath] = []
        self._job = job
        self._loc = loc
        self._sources: dict[str, str | None] = {}
        self._compress: dict[str, bool] = {}
        self._skipped: set[str] = set()
        by_modality = dict(settled.by_modality)
        for modality in job.modalities:
            key = (TaskId.COMPRESS_DATA, modality.abbreviation)
            by_modality[key] = self._modality(modality.abbreviation, by_modality[key])
        tasks = dict(settled.tasks)
        self.metadata_dir = self._folder(tasks, TaskId.GATHER_PRELIMINARY_METADATA, "metadata_dir")
        self.derivatives_dir = self._folder(tasks, TaskId.COPY_DERIVATIVES_FOLDER, _SOURCE)
        self.settled = Settled(tasks, by_modality)

    @property
    def gathering(self) -> tuple[dict[str, Any], Loc, Loc]:
        """The request's settings for gathering metadata, their place, and that of the folder."""
        name = V2_NAMES[TaskId.GATHER_PRELIMINARY_METADATA]
        place = (*self._loc, name, "job_settings")
        given = self._job.tasks.get(name)
        settings = (given.job_settings if isinstance(given, Task) else None) or {}
        return settings, place, (*place, "metadata_dir")

    def source(self, modality: str) -> str | None:
        """Return the folder of a modality."""
        return self._sources[modality]

    def compress(self, modality: str) -> bool:
        """Tell whether a modality is compressed."""
        return self._compress[modality]

    def modalities_without_source(self) -> Iterator[Problem]:
        """Yield the modalities that are to be uploaded, nobody said from where."""
        for modality, source in self._sources.items():
            if source is None and modality not in self._skipped:
                place = self._place(TaskId.COMPRESS_DATA, _SOURCE, modality)
                yield problem(
                    "source_not_given",
                    place,
                    f"no folder is given for {modality}. The job will fail when it checks its"
                    " sources; give the folder, or skip the modality's task",
                )

    def _modality(self, modality: str, settings: TaskSettings) -> TaskSettings:
        given = settings.job_settings
        if settings.skip_task:
            self._skipped.add(modality)
        place = self._place(TaskId.COMPRESS_DATA, _SOURCE, modality)
        self._sources[modality] = source = self._text(given.get(_SOURCE), place)
        if source is not None and not settings.skip_task:
            self.folders.append(NamedPath(place, source, modality))
        self._compress[modality] = self._flag(
            given.get(_COMPRESS),
            self._place(TaskId.COMPRESS_DATA, _COMPRESS, modality),
            default=modality in _COMPRESSED or any(map(given.get, _ASK_FOR_COMPRESSION)),
        )
        return settings.without(_SOURCE, _COMPRESS, *_SERVICE_DECIDES)

    def _folder(self, tasks: dict[TaskId, TaskSettings], task_id: TaskId, name: str) -> str | None:
        if tasks[task_id].skip_task:
            return None
        place = self._place(task_id, name)
        folder = self._text(tasks[task_id].job_settings.get(name), place)
        if folder is not None:
            self.folders.append(NamedPath(place, folder))
        return folder

    def _text(self, value: Any, loc: Loc) -> str | None:
        if value is None or is_placeholder(value):
            return None
        if isinstance(value, str):
            return value
        self.problems.append(problem("path_invalid", loc, f"{value!r} is not the path of a folder"))
        return None

    def _flag(self, value: Any, loc: Loc, *, default: bool) -> bool:
        if isinstance(value, bool):
            return value
        if value is not None:
            self.problems.append(problem("bool_invalid", loc, f"{value!r} is not true or false"))
        return default

    def _place(self, task_id: TaskId, name: str, modality: str | None = None) -> Loc:
        below = () if modality is None else (modality,)
        return (*self._loc, V2_NAMES[task_id], *below, "job_settings", name)
