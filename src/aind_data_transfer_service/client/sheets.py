"""What the service answers about spreadsheets."""

from typing import Any, Literal

import httpx

from .answers import as_object, refusal
from .models import Answer

_OK, _NOT_ACCEPTABLE = 200, 406


class SheetProblem(Answer):
    """One thing that is wrong, or doubtful, in a sheet."""

    code: str
    severity: Literal["error", "warning"] = "error"
    row: int | None = None
    """As the spreadsheet shows it; None: the whole file."""
    column: str | None = None
    """Its letter; None: the whole row."""
    heading: str | None = None
    value: str | None = None
    message: str
    allowed: tuple[str, ...] | None = None
    nearest: str | None = None
    what_to_do: str = ""
    job_url: str | None = None


class SheetValidation(Answer):
    """What the service thinks of a spreadsheet."""

    valid: bool
    """Whether every row can be submitted."""
    jobs: tuple[dict[str, Any], ...] = ()
    """The jobs of the rows that can be, for a V2 request."""
    rows: tuple[dict[str, Any], ...] = ()
    """What each row would do."""
    problems: tuple[SheetProblem, ...] = ()

    @property
    def warnings(self) -> tuple[SheetProblem, ...]:
        """The problems that keep no row from being submitted."""
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def sheet_validation(answer: httpx.Response) -> SheetValidation:
    """Read the answer to a validation; raises `RequestRefused` if it is neither yes nor no."""
    data = as_object(answer).get("data")
    known = answer.status_code in (_OK, _NOT_ACCEPTABLE)
    if not known or not isinstance(data, dict) or "rows" not in data:
        raise refusal(answer)
    return SheetValidation(valid=answer.status_code == _OK, **data)
