"""Judges the rows of a sheet: each alone, by one another, and by what is there."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ...domain.plan import JobPlan
from ...presets.cache import PresetSnapshot
from ..policy import IntakePolicy
from ..v2 import V2Intake
from .columns import Columns
from .folders import Seen
from .judge import judge
from .problems import Place, SheetProblem
from .report import RowReport, SheetReport
from .rows import draft_job
from .table import Table


@dataclass(frozen=True, slots=True)
class JobUnderWay:
    """A job that is queued or running for the place a row's job would go to."""

    job_id: str
    state: str
    same: bool
    """Whether it uploads the very same."""
    url: str


Look = Callable[[Collection[str]], Mapping[str, Seen]]
UnderWay = Callable[[Sequence[JobPlan]], Sequence[JobUnderWay | None]]


def check_sheet(
    table: Table,
    policy: IntakePolicy,
    presets: PresetSnapshot | None,
    *,
    look: Look,
    under_way: UnderWay,
) -> SheetReport:
    """Judge every row of a sheet, and tell all that is wrong with each.

    Parameters
    ----------
    table
        The sheet.
    policy
        What is accepted. Unless its ``path_checks`` is ``off``, folders are looked at.
    presets
        All presets; None if they are not known.
    look
        Looks at folders.
    under_way
        Returns for each plan the job that is under way for its place, if there is one.
    """
    columns = Columns(table)
    notes = [
        SheetProblem(note.code, note.message, severity="warning", what_to_do=note.what_to_do)
        for note in table.notes
    ]
    # Folders are looked at below, all at once.
    intake = V2Intake(replace(policy, path_checks="off"), presets)
    rows = [judge(draft_job(row, columns, intake.job_types), intake) for row in table.rows]
    report = SheetReport(table, [*notes, *columns.problems], rows)
    _note_repeats(rows)
    _note_jobs_under_way(rows, under_way)
    if policy.path_checks != "off":
        report.seen = _look_at_folders(rows, look, required=policy.path_checks == "require")
    return report


def _note_repeats(rows: Sequence[RowReport]) -> None:
    """Note rows whose jobs go to one place: of equal ones the later, of others all."""
    by_place: defaultdict[tuple[str, str], list[RowReport]] = defaultdict(list)
    for row in rows:
        if row.plan is not None:
            by_place[row.plan.storage_url, row.plan.asset_name].append(row)
    for first, *others in by_place.values():
        different = [row for row in others if row.job != first.job]
        for row in others:
            if row.job == first.job:
                _note_row(
                    row, "job_repeated", f"the row asks for the very same as row {first.number}"
                )
        for row, other in ((row, first) for row in different):
            _note_row(row, "asset_repeated", _same_asset(other))
        if different:
            _note_row(first, "asset_repeated", _same_asset(different[0]))


def _same_asset(row: RowReport) -> str:
    name = row.plan.asset_name if row.plan else ""
    return f"row {row.number} goes to {name} too, with other settings"


def _note_row(row: RowReport, code: str, message: str, *, job_url: str | None = None) -> None:
    name = None if row.plan is None else row.plan.asset_name
    row.problems.append(SheetProblem(code, message, Place(row.number), value=name, job_url=job_url))


def _note_jobs_under_way(rows: Sequence[RowReport], under_way: UnderWay) -> None:
    planned = [(row, row.plan) for row in rows if row.plan is not None]
    found = under_way([plan for _, plan in planned])
    for (row, plan), job in zip(planned, found, strict=True):
        if job is None:
            continue
        text = f"{plan.asset_name} is the target of job {job.job_id}, which is {job.state}"
        if job.same:
            _note_row(row, "job_under_way", f"{text} and uploads the very same", job_url=job.url)
        else:
            text = f"{text} and was asked for with other settings"
            _note_row(row, "asset_busy", text, job_url=job.url)


def _look_at_folders(rows: Sequence[RowReport], look: Look, *, required: bool) -> dict[str, Seen]:
    """Note the folders that are not there, or that could not be looked at."""
    wanted = [
        (row, folder)
        for row in rows
        for folder in row.draft.folders
        if not any(each.is_error and each.place == folder.place for each in row.problems)
    ]
    seen = dict(look({folder.path for _, folder in wanted}))
    for row, folder in wanted:
        what = seen[folder.path]
        if what.exists:
            continue
        row.problems.append(
            SheetProblem(
                code="source_missing" if what.looked else "source_not_checked",
                message=f"{folder.path} {what.problem}, as far as the server can see"
                if what.looked
                else f"{folder.path} could not be looked at in time",
                place=folder.place,
                severity="error" if required else "warning",
                value=folder.path,
            )
        )
    return seen
