"""What the form of the submit page sends."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, NamedTuple, Self

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from ...errors import BodyInvalid
from .table import Cell, Table

_CELL = "cell."
_MOVES = {"only", "page", "go"}
"""Buttons that show other rows."""
_MOST_FIELDS = 5000
_LARGEST_FIELD_BYTES = 15_000_000
"""The rows travel as one field; the whole request has its limit elsewhere."""
_PASTED = "pasted rows.tsv"


class Replacement(BaseModel):
    """One value in place of another, in all cells of a column."""

    column: str
    old: str
    new: str


class SheetFile(NamedTuple):
    """A spreadsheet to check."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SubmitForm:
    """The form, field by field."""

    draft: str
    """Tells one choice of a file from the next, so that sending twice submits once."""
    name: str
    upload: SheetFile | None
    """A file that was chosen, or rows that were pasted, just now."""
    table: Table | None
    """The rows the page has shown, as they were mended since."""
    page: int
    only_problems: bool
    kept: frozenset[int]
    """Rows that stay in sight though their problems may be mended: somebody is at work there."""
    go: str
    """The cell to go to."""
    rows: tuple[int, ...]
    """The rows that were shown as ready."""
    row: int | None
    """The row whose plan is asked for."""
    email: str
    notify: tuple[str, ...]

    @classmethod
    async def of(cls, form: FormData) -> Self:
        """Read the fields; raises `BodyInvalid`."""
        text = {name: value for name, value in form.items() if isinstance(value, str)}
        try:
            return cls(
                draft=text.get("draft", ""),
                name=text.get("name", ""),
                upload=await _upload(form, text),
                table=_table(text),
                page=int(text.get("page") or text.get("shown") or 1),
                only_problems=text.get("only", text.get("filter")) == "problems",
                kept=frozenset(() if _MOVES & text.keys() else _numbers(text, "here")),
                go=text.get("go", ""),
                rows=tuple(_numbers(text, "rows")),
                row=int(text["row"]) if "row" in text else None,
                email=text.get("email", "").strip(),
                notify=tuple(kind for kind in form.getlist("notify") if isinstance(kind, str)),
            )
        except (ValueError, ValidationError) as wrong:
            raise BodyInvalid(
                "The form cannot be read.",
                what_to_do="Load the page anew and choose the file again.",
            ) from wrong


def _numbers(text: Mapping[str, str], name: str) -> list[int]:
    return [int(number) for number in text.get(name, "").split(",") if number]


async def _upload(form: FormData, text: Mapping[str, str]) -> SheetFile | None:
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return SheetFile(PurePath(file.filename).name, await file.read())
    pasted = text.get("pasted", "")
    return SheetFile(_PASTED, pasted.encode()) if pasted.strip() else None


def _table(text: Mapping[str, str]) -> Table | None:
    if not text.get("table"):
        return None
    table = Table.read(text["table"]).mended(
        {
            Cell.parse(name.removeprefix(_CELL)): value
            for name, value in text.items()
            if name.startswith(_CELL)
        }
    )
    if "replace" in text:
        wanted = Replacement.model_validate_json(text["replace"])
        table = table.replaced(wanted.column, wanted.old, wanted.new)
    if "add" in text:
        table = table.with_column(text["add"])
    return table


async def read_form(request: Request) -> AsyncIterator[FormData]:
    """Read the form once for all who ask for it; its rows are larger than forms usually are."""
    async with request.form(max_fields=_MOST_FIELDS, max_part_size=_LARGEST_FIELD_BYTES) as form:
        yield form


async def _submit_form(form: Annotated[FormData, Depends(read_form)]) -> SubmitForm:
    return await SubmitForm.of(form)


SubmitFormDep = Annotated[SubmitForm, Depends(_submit_form)]
