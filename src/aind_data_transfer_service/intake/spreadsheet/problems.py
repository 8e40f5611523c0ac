"""What is wrong with a sheet, cell by cell."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from openpyxl.utils import get_column_letter

_DEFAULT_ADVICE = "Correct the cell."
_ADVICE = {
    "missing": "Fill in the cell.",
    "heading_missing": "Add the column, as in the template.",
    "heading_repeated": "Keep one of the two columns.",
    "heading_unknown": "Correct the heading, or leave the column as a note of your own.",
    "project_unknown": "Choose one of the projects; the page Project Names lists them.",
    "job_type_unknown": "Choose one of the job types; the page Job Parameters lists them.",
    "job_under_way": "Wait until that job has ended, or cancel it.",
    "asset_busy": "Wait until that job has ended, or cancel it.",
    "job_repeated": "Delete one of the two rows.",
    "asset_repeated": "Correct subject, date or platform of one of the rows, or delete it.",
    "source_missing": "Correct the path, or wait until the folder is there.",
    "source_not_checked": "Check again later; the share may be slow or away.",
    "source_outside_roots": "Move the data to a share the service reads, or ask an administrator.",
    "sources_nested": "Give each modality a folder of its own, beside the others.",
    "path_invalid": "Give the folder's absolute path as the service sees it.",
    "modality_repeated": "Give each modality once; put all its data into one folder.",
    "formula_without_value": "Copy the column and paste it as values.",
    "formula_value_used": "Look at the value. To be sure, copy the column and paste it as values.",
    "cell_merged": "Unmerge the cells, and fill in each of them.",
    "preset_broken": "Ask an administrator to correct the preset.",
    "time_missing": "Add the time of day; the asset is named by it.",
    "column_without_heading": "Give it a heading, or leave it as a note of your own.",
    "column_without_effect": "Nothing; it may be deleted.",
}

_LISTED = 30

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell, a row, or the sheet as a whole."""

    row: int | None = None
    index: int | None = None
    """Of the column, the first being 0."""
    heading: str | None = None

    def __str__(self) -> str:
        if self.row is None:
            return ""
        if self.index is None:
            return f"Row {self.row}"
        named = f" ({self.heading})" if self.heading else ""
        return f"Row {self.row}, column {get_column_letter(self.index + 1)}{named}"


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing that is wrong, or doubtful, in a sheet.

    Parameters
    ----------
    code
        Stable word for the kind of problem, as in JSON requests.
    message
        What is wrong and what is allowed, without the place.
    place
        Where.
    severity
        A warning does not keep the row from being submitted.
    value
        What the cell says; None if it is empty.
    allowed
        The values allowed, where they can be listed.
    nearest
        The allowed value that was probably meant.
    what_to_do
        Overrides the usual advice.
    job_url
        The job that stands against it.
    """

    code: str
    message: str
    place: Place = Place()
    severity: Severity = "error"
    value: str | None = None
    allowed: tuple[str, ...] | None = None
    nearest: str | None = None
    what_to_do: str | None = None
    job_url: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it keeps the row from being submitted."""
        return self.severity == "error"

    @property
    def advice(self) -> str:
        """What a person can do."""
        return self.what_to_do or _ADVICE.get(self.code, _DEFAULT_ADVICE)

    @property
    def text(self) -> str:
        """The message with the allowed values, if they are not too many to read."""
        if not self.allowed or len(self.allowed) > _LISTED or self.allowed[-1] in self.message:
            return self.message
        stop = "" if self.message.endswith((".", "?")) else "."
        return f"{self.message}{stop} Allowed: {', '.join(self.allowed)}"

    def __str__(self) -> str:
        where = str(self.place)
        return f"{where}: {self.text}" if where else self.text

    def as_dict(self, sheet: str | None) -> dict[str, Any]:
        """Return it as the API carries it."""
        content = asdict(self)
        del content["place"], content["job_url"]
        content |= {
            "sheet": sheet,
            "row": self.place.row,
            "column": None if self.place.index is None else get_column_letter(self.place.index + 1),
            "heading": self.place.heading,
            "what_to_do": self.advice,
        }
        return content if self.job_url is None else {**content, "job_url": self.job_url}
