"""Submits rows, once however often the button is pressed."""

import hashlib
import json
from typing import Any

from ....errors import TransferError
from ....intake.accepted import Accepted
from ...api_v1.answers import DAG_ID_V2
from ...api_v1.submission import Submitted, take
from ...api_v2.requests import accept, require_new
from ...service import Service
from .check import checked_rows
from .form import SubmitForm
from .table import Table
from .view import Trouble

_ROUTE = "/submit"
_HEADING = "Nothing was submitted"


class RowsChanged(Exception):
    """A row that was shown as ready is not."""


class NotTaken(Exception):
    """The jobs were refused; ``trouble`` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.heading)
        self.trouble = trouble


def send(service: Service, form: SubmitForm, table: Table, caller: str) -> str:
    """Queue the jobs of all rows of a table, or none, and return the submission's id.

    The same form sent again is answered with the same submission, whatever became of its jobs.
    Raises `RowsChanged` or `NotTaken`.
    """
    content = json.dumps([table.model_dump(), form.email, sorted(form.notify)]).encode()
    key = hashlib.sha256(form.draft.encode() + b"\n" + content).hexdigest()

    def accept_rows() -> Accepted:
        checked = checked_rows(service, table)
        if not table.rows or not all(row.valid for row in checked.rows):
            raise RowsChanged
        return accept(service, _request(checked.jobs, form))

    answer = take(
        service,
        Submitted(_ROUTE, content, caller, key, DAG_ID_V2),
        accept_rows,
        check=require_new,
    )
    data = json.loads(bytes(answer.body))["data"]
    if data["responses"]:
        return str(data["responses"][0]["submission_id"])
    raise NotTaken(_trouble(data["problems"]))


def _request(jobs: list[dict[str, Any]], form: SubmitForm) -> bytes:
    request: dict[str, Any] = {"upload_jobs": jobs}
    if form.email:
        request["user_email"] = form.email
        if form.notify:
            request["email_notification_types"] = sorted(form.notify)
    return json.dumps(request).encode()


def _trouble(problems: list[dict[str, Any]]) -> Trouble:
    advice = next((p["what_to_do"] for p in problems if p.get("what_to_do")), None)
    return Trouble(
        _HEADING,
        tuple(str(problem["message"]) for problem in problems),
        advice or TransferError.what_to_do_default,
    )
