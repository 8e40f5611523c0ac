"""Pictures of the data that tasks make.

A task that makes some names them in its outputs: ``pictures``, a list of ``{"file": …, "text":
…}``. ``file`` is the name of a PNG, JPEG or WebP in the folder of its attempt, ``text`` says what
it shows.
"""

from pathlib import Path
from typing import Any

from ...db.database import Database
from ...errors import NotFound
from ..repositories import Jobs

_KINDS = {".png", ".jpg", ".jpeg", ".webp"}


class PictureUnknown(NotFound):
    """The task made no such picture, or it is not here any more."""

    code = "picture_unknown"
    what_to_do_default = "Look at the job's page."


def pictures_in(outputs: dict[str, Any] | None) -> list[dict[str, str]]:
    """Return the pictures that outputs name, those that cannot be shown left out."""
    return [
        {"file": picture["file"], "text": picture["text"]}
        for picture in (outputs or {}).get("pictures", ())
        if Path(picture["file"]).name == picture["file"]
        and Path(picture["file"]).suffix.lower() in _KINDS
    ]


def find_picture(database: Database, job_id: str, task_id: str, map_index: int, name: str) -> Path:
    """Return a picture's file; raises `JobUnknown`, `TaskUnknown` or `PictureUnknown`."""
    with database.read() as session:
        jobs = Jobs(session)
        jobs.get(job_id)
        task = jobs.find_task(job_id, task_id, map_index)
        attempt = jobs.attempt(task, task.try_number)
    if attempt is not None and name in {picture["file"] for picture in pictures_in(task.outputs)}:
        path = Path(attempt.folder) / name
        if path.is_file():
            return path
    raise PictureUnknown(f"{task_id} of job {job_id} has no picture {name!r}.")
