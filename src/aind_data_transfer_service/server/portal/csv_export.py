"""The list of jobs as CSV, as long as it is, sent while it is read."""

import csv
import io
from collections.abc import Iterator, Sequence

from ...db.database import Database
from ...engine.job_search import JobSearch, JobSummary
from ...engine.services.search import summarise_jobs

_AT_ONCE = 1000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
HEADINGS = (
    *("job_id", "asset_name", "state", "project_name", "subject_id", "platform", "job_type"),
    *("user_email", "created_at", "started_at", "ended_at", "files", "bytes", "error"),
)


def as_csv(database: Database, search: JobSearch) -> Iterator[str]:
    """Yield the jobs a search finds, all pages of them, as lines with headings (RFC 4180)."""
    yield _lines([HEADINGS])
    for jobs in summarise_jobs(database, search, None, at_once=_AT_ONCE):
        yield _lines([_cells(job) for job in jobs])


def safe_cell(text: str) -> str:
    """Return text that spreadsheet programs take for text, not for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cells(job: JobSummary) -> list[str]:
    values = (
        *(job.id, job.asset_name, job.state, job.project_name, job.subject_id, job.platform),
        *(job.job_type, job.user_email, job.created_at, job.started_at, job.ended_at),
        *(job.asset_files, job.asset_bytes, (job.error or {}).get("message")),
    )
    texts = ("" if value is None else str(value) for value in values)
    return [safe_cell(text) for text in texts]


def _lines(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
