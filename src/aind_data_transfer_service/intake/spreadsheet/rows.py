"""A row becomes a job as V2 requests have it."""

from dataclasses import dataclass, field
from typing import Any

from ...domain.pipeline import TaskId
from ...wire.problems import Loc
from ...wire.v2.task_ids import V2_NAMES
from ...wire.vocabulary import MODALITIES
from .asset_run import asset_run
from .columns import MODALITY, Columns
from .dates import DateUnclear, read_date
from .headings import JOB_FIELDS, MOUNT, PROGRAMS, SOURCE, Meaning
from .problems import Place, SheetProblem
from .row_cells import RowCells
from .table import TableRow

COMPRESS = V2_NAMES[TaskId.COMPRESS_DATA]
RUN_PIPELINE = V2_NAMES[TaskId.RUN_CODEOCEAN_PIPELINE]

_PLAIN = ("project_name", "platform", "subject_id", "user_email")
# Columns of folders → the task's setting that they are.
_FOLDERS = {
    "metadata_dir": (V2_NAMES[TaskId.GATHER_PRELIMINARY_METADATA], "metadata_dir"),
    "derivatives_dir": (V2_NAMES[TaskId.COPY_DERIVATIVES_FOLDER], SOURCE),
}
_DEFAULT_JOB_TYPE = "default"
_RUN_SETTINGS = ("job_settings", "pipeline_monitor_settings")
_COMPRESS_RAW_DATA = ("compress_raw_data",)
# Stands in for a date that cannot be read, so that all else of the row is checked.
_STAND_IN_DATE = "2000-01-01T00:00:00"


@dataclass(frozen=True, slots=True)
class FolderCell:
    """A folder that a row names."""

    place: Place
    path: str
    modality: str | None = None
    """Whose source it is, if it is one."""


@dataclass(slots=True)
class Draft:
    """What a row asks for, not yet checked as a job."""

    row: TableRow
    problems: list[SheetProblem]
    """What is wrong with its cells."""
    job: dict[str, Any] = field(default_factory=dict)
    """As in a V2 request."""
    folders: list[FolderCell] = field(default_factory=list)
    sources: list[tuple[str, str | None]] = field(default_factory=list)
    """Each modality with its folder, as far as they are given."""
    places: dict[Loc, Place] = field(default_factory=dict)
    """Where the members of the job come from."""

    def place_of(self, loc: Loc) -> Place:
        """Return the cell that a member of the job comes from, else the row."""
        for end in range(len(loc), 0, -1):
            if place := self.places.get(loc[:end]):
                return place
        return Place(self.row.number)


def draft_job(row: TableRow, columns: Columns, job_types: tuple[str, ...] | None) -> Draft:
    """Return what a row asks for. ``job_types`` are those there are, None if that is not known."""
    return _Drafting(RowCells(row, columns), job_types).draft


class _Drafting:
    def __init__(self, cells: RowCells, job_types: tuple[str, ...] | None) -> None:
        self._cells = cells
        self._tasks: dict[str, Any] = {}
        self.draft = Draft(cells.row, cells.problems)
        for name in JOB_FIELDS:
            self.draft.places[name,] = cells.place(Meaning(name))
        self._read_facts(job_types)
        self._read_date()
        for name, path in _FOLDERS.items():
            self._read_folder(Meaning(name), *path)
        if cells.truth(Meaning("force_cloud_sync")):
            self._tasks[V2_NAMES[TaskId.CHECK_S3_FOLDER_EXISTS]] = {"skip_task": True}
        self._read_modalities()
        self.draft.job["tasks"] = self._tasks

    def _read_facts(self, job_types: tuple[str, ...] | None) -> None:
        cells, job = self._cells, self.draft.job
        for name in _PLAIN:
            if text := cells.text(Meaning(name)):
                job[name] = text
        job_type = cells.text(Meaning("job_type")) or _DEFAULT_JOB_TYPE
        job["job_type"] = _as_known(job_type, job_types or ())
        if bucket := cells.text(Meaning("s3_bucket")):
            job["s3_bucket"] = bucket.lower()
        if types := cells.text(Meaning("email_notification_types")):
            words = types.lower().replace(",", " ").replace(";", " ").split()
            job["email_notification_types"] = words
        if "platform" not in job and cells.columns.of(Meaning("platform")):
            # JSON may leave it out; in a sheet it was probably forgotten.
            cells.require("this field is required", Meaning("platform"))

    def _read_date(self) -> None:
        meaning = Meaning("acq_datetime")
        text = self._cells.text(meaning)
        if not text:
            return
        try:
            read = read_date(text)
        except DateUnclear as unclear:
            self._cells.report(unclear.code, unclear.message, meaning, allowed=unclear.allowed)
            self.draft.job["acq_datetime"] = _STAND_IN_DATE
            return
        self.draft.job["acq_datetime"] = read.when.isoformat()
        if read.doubt is not None:
            self._cells.report(*read.doubt, meaning, severity="warning")

    def _read_modalities(self) -> None:
        given: list[str] = []
        keys = self._cells.columns.modalities
        for key in keys:
            if (modality := self._read_modality(key)) is not None:
                place = self._cells.place(Meaning(MODALITY, key))
                self.draft.places["modalities", len(given)] = place
                given.append(modality)
        first = Meaning(MODALITY, keys[0] if keys else "0")
        self.draft.places["modalities",] = self._cells.place(first)
        if given:
            self._read_asset_run(given[0])
        elif self._cells.columns.of(first):
            self._cells.require("a job needs at least one modality", first)
        self.draft.job["modalities"] = given

    def _read_modality(self, key: str) -> str | None:
        """Read the columns of one modality and return its abbreviation; None if there is none."""
        cells = self._cells
        said = [meaning for meaning in cells.columns.of_modality(key) if cells.text(meaning)]
        if not said:
            return None
        name, source = Meaning(MODALITY, key), Meaning(SOURCE, key)
        word = cells.text(name)
        term = MODALITIES.find(word)
        abbreviation = word if term is None else term.abbreviation
        self.draft.sources.append((abbreviation, cells.text(source) or None))
        if not word and cells.columns.of(name):
            cells.require("the modality that this row has data of is required", name)
        if source not in said:
            cells.require(f"the folder of {word or 'the modality'} is required", source, name)
        if term is None or (COMPRESS in self._tasks and abbreviation in self._tasks[COMPRESS]):
            self._note_folder(source, abbreviation)
            return abbreviation or None
        settings = (COMPRESS, term.abbreviation)
        self.draft.places["tasks", *settings] = cells.place(source, name)
        self._read_folder(source, *settings, SOURCE, modality=term.abbreviation)
        for meaning in said:
            if meaning.setting:
                self._read_setting(meaning, settings)
        self._read_run(key, term.abbreviation)
        return term.abbreviation

    def _read_folder(self, meaning: Meaning, *path: str, modality: str | None = None) -> None:
        self._note_folder(meaning, modality)
        if folder := self._cells.text(meaning):
            *task, name = path
            self._put((*task, "job_settings", name), folder, meaning)

    def _note_folder(self, meaning: Meaning, modality: str | None) -> None:
        if folder := self._cells.text(meaning):
            self.draft.folders.append(FolderCell(self._cells.place(meaning), folder, modality))

    def _read_setting(self, meaning: Meaning, task: tuple[str, ...]) -> None:
        value: str | bool = self._cells.text(meaning)
        if meaning.setting == _COMPRESS_RAW_DATA:
            value = self._cells.truth(meaning)
        self._put((*task, "job_settings", *meaning.setting), value, meaning)

    def _read_run(self, key: str, modality: str) -> None:
        path = (RUN_PIPELINE, modality, *_RUN_SETTINGS, "run_params")
        for parameter in dict.fromkeys(PROGRAMS.values()):
            meaning = Meaning(parameter, key)
            if text := self._cells.text(meaning):
                self._put((*path, parameter), text, meaning)

    def _read_asset_run(self, modality: str) -> None:
        """Read the one run that is named for no modality; the first modality has it."""
        names = dict.fromkeys(PROGRAMS.values())
        params = {name: text for name in names if (text := self._cells.text(Meaning(name)))}
        if not params or MODALITIES.find(modality) is None:
            return
        path = (RUN_PIPELINE, modality, *_RUN_SETTINGS)
        run = asset_run(params, self._cells.text(Meaning(MOUNT)), self.draft.job)
        for name, value in run.items():
            self._put((*path, name), value, *map(Meaning, params))

    def _put(self, path: tuple[str, ...], value: Any, *meanings: Meaning) -> None:
        """Set a member of the tasks, deep down, to what the first of these columns says."""
        self.draft.places["tasks", *path] = self._cells.place(*meanings)
        below = self._tasks
        for name in path[:-1]:
            below = below.setdefault(name, {})
            if not isinstance(below, dict):
                text = f"another column gives {name!r} a value, so that it has no settings below"
                self._cells.report("settings_ambiguous", text, *meanings)
                return
        if path[-1] in below:
            text = f"other columns give {path[-1]!r} already"
            self._cells.report("settings_ambiguous", text, *meanings)
            return
        below[path[-1]] = value


def _as_known(word: str, known: tuple[str, ...]) -> str:
    """Return a word in the letter case of the only known one that it can be."""
    if word in known:
        return word
    same = [each for each in known if each.lower() == word.lower()]
    return same[0] if len(same) == 1 else word
