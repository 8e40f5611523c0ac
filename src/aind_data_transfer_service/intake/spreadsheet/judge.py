"""Judges one row by the rules that V2 requests have, each problem at its cell."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from ...domain.paths import (
    PathInvalid,
    SourceOutsideRoots,
    SourcesNested,
    require_in_roots,
    require_not_nested,
    require_source_path,
)
from ...errors import InvalidInput
from ...wire.problems import Loc
from ..accepted import RequestInvalid
from ..v2 import V2Intake
from .columns import MODALITY
from .headings import REQUIRED
from .problems import Severity, SheetProblem
from .report import RowReport
from .rows import Draft, FolderCell

# What the loc of everything in the only job of a request begins with.
_JOB: Loc = ("upload_jobs", 0)
# Filled in from the request's settings, which a sheet does not have.
_OF_THE_REQUEST = "email_notification_types"
_NESTED = SourcesNested.code
# What says a place in the request, which a sheet does not have.
_IN_THE_REQUEST = ", first in modalities["
# What is chosen from a list of the service's own.
_LISTS = {"project_unknown": "project", "job_type_unknown": "job type"}


def judge(draft: Draft, intake: V2Intake) -> RowReport:
    """Return the job of a row, or all that is wrong with it."""
    report = RowReport(draft, draft.problems)
    _Folders(draft, intake.policy.source_roots).judge()
    try:
        accepted = intake.accept({"upload_jobs": [draft.job]})
    except RequestInvalid as refused:
        for problem in refused.problems:
            _add(report, _at_cell(problem, draft, "error"))
        return report
    for warning in accepted.warnings:
        _add(report, _at_cell(warning, draft, "warning"))
    if any(problem.is_error for problem in report.problems):
        return report  # something stands in for what could not be read
    job = accepted.validated["upload_jobs"][0]
    if _OF_THE_REQUEST not in draft.job:
        job.pop(_OF_THE_REQUEST, None)
    report.plan, report.job = accepted.plans[0], job
    return report


def _add(report: RowReport, problem: SheetProblem) -> None:
    """Note a problem, unless it only follows from what is told already."""
    place = problem.place
    known = any(
        each.is_error and (each.place == place or each.code == problem.code == _NESTED)
        for each in report.problems
    )
    # That a column is not there which every sheet needs is told once, of the sheet.
    needed = place.heading in REQUIRED or (place.heading or "").startswith(MODALITY)
    if not known and not (place.index is None and needed):
        report.problems.append(problem)


def _at_cell(problem: Mapping[str, Any], draft: Draft, severity: Severity) -> SheetProblem:
    """Turn a problem of a request into one of the cell it comes from."""
    place = draft.place_of(tuple(problem["loc"])[len(_JOB) :])
    cell = None if place.index is None else draft.row.cell(place.index).text
    name = place.heading or "the row"
    message = str(problem["message"]).replace(problem["field"] or "\0", name)
    message = message.partition(_IN_THE_REQUEST)[0]
    nearest = problem["nearest"] or _word_in(cell, problem["allowed"])
    lacks_column = place.index is None and place.heading is not None
    if problem["allowed"]:
        message = _without_list(problem, message, nearest)
    return SheetProblem(
        code=problem["code"],
        message=message if lacks_column else message.removeprefix(f"{name}: "),
        place=place,
        severity=severity,
        value=cell or None,
        allowed=problem["allowed"],
        nearest=nearest,
        what_to_do=f"Add a column {name!r} with another value." if lacks_column else None,
    )


def _word_in(text: str | None, allowed: Sequence[str] | None) -> str | None:
    """Return the only allowed word that stands in a text: ``open`` in ``aind-open-data``."""
    words = re.split(r"[\W_]+", (text or "").lower())
    found = [word for word in allowed or () if word.lower() in words]
    return found[0] if len(found) == 1 else None


def _without_list(problem: Mapping[str, Any], message: str, nearest: str | None) -> str:
    """Return a message without the values that are allowed: they are told beside it."""
    kind = _LISTS.get(problem["code"])
    if kind is None:
        what = message.partition(" Allowed:")[0].partition(". Did you mean")[0].rstrip(".")
    else:
        what = f"{problem['value']!r} is no {kind} that this service knows"
    return f"{what}. Did you mean {nearest!r}?" if nearest else what


class _Folders:
    """The folders of a row, judged by their texts even if its job cannot be planned."""

    def __init__(self, draft: Draft, roots: Sequence[PurePosixPath]) -> None:
        self._draft = draft
        self._roots = roots

    def judge(self) -> None:
        """Note what is wrong with them."""
        sources: dict[str, tuple[FolderCell, PurePosixPath]] = {}
        for folder in self._draft.folders:
            try:
                path = require_source_path("", folder.path)
                require_in_roots("", path, self._roots)
            except (PathInvalid, SourceOutsideRoots) as error:
                self._draft.problems.append(_wrong(folder, error))
                continue
            if folder.modality:  # one that is given twice is told elsewhere
                sources.setdefault(folder.modality, (folder, path))
        try:
            require_not_nested({name: path for name, (_, path) in sources.items()})
        except SourcesNested as error:
            other, _ = sources[error.details["modalities"][1]]
            self._draft.problems.append(_wrong(other, error))


def _wrong(folder: FolderCell, error: InvalidInput) -> SheetProblem:
    flipped = "/" + folder.path.replace("\\", "/").lstrip("/")
    return SheetProblem(
        code=error.code,
        message=error.message.strip(),
        place=folder.place,
        value=folder.path,
        nearest=flipped if folder.path.startswith("\\") else None,
    )
