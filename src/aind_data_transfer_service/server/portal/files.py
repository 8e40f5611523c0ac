"""The files of an asset, folder by folder, as its manifest lists them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, PositiveInt

from ...domain.manifest import ManifestEntry
from ...engine.services.manifest import asset_entries
from ...engine.services.views import get_job
from ...errors import NotFound
from ..service import ServiceDep
from .render import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_PER_PAGE = 500
_OPEN_AT_ONCE = 60
"""Rows of folders below this one that are shown with it."""


class FolderUnknown(NotFound):
    """The asset has no such folder."""

    code = "folder_unknown"
    what_to_do_default = "Begin at the asset's top."


class FilesForm(BaseModel):
    """Which folder of the asset is shown."""

    path: str = Field(default="", max_length=4000)
    page: PositiveInt = 1


@dataclass(slots=True)
class Folder:
    """One folder of the asset with all that is in it."""

    name: str
    path: str
    folders: "dict[str, Folder]"
    files: list[ManifestEntry]
    count: int = 0
    bytes: int = 0

    @property
    def is_small(self) -> bool:
        """Whether what is directly in it can be shown with its parent."""
        return len(self.folders) + len(self.files) <= _OPEN_AT_ONCE


@router.get("/jobs/{job_id}/files")
def show_files(
    service: ServiceDep, job_id: str, form: Annotated[FilesForm, Query()]
) -> HTMLResponse:
    """Show the files of an uploaded asset: a folder, and small ones below it."""
    job = get_job(service.database, job_id)
    entries = asset_entries(service.database, service.settings, job_id)
    folder = find_folder(tree_of(entries), form.path)
    first = (form.page - 1) * _PER_PAGE
    return page(
        "files.html",
        job=job,
        folder=folder,
        parts=form.path.split("/") if form.path else [],
        files=folder.files[first : first + _PER_PAGE],
        number=form.page,
        last_page=max(1, -(-len(folder.files) // _PER_PAGE)),
    )


def tree_of(entries: Iterable[ManifestEntry]) -> Folder:
    """Return the folder of all entries, with sums of what each folder holds."""
    root = Folder("", "", {}, [])
    for entry in entries:
        here = root
        _count(here, entry)
        *parents, _ = entry.path.split("/")
        for name in parents:
            path = f"{here.path}/{name}" if here.path else name
            here = here.folders.setdefault(name, Folder(name, path, {}, []))
            _count(here, entry)
        here.files.append(entry)
    return root


def find_folder(root: Folder, path: str) -> Folder:
    """Return the folder at a path; raises `FolderUnknown`."""
    here = root
    for name in path.split("/") if path else ():
        if name not in here.folders:
            raise FolderUnknown(f"The asset has no folder {path!r}.")
        here = here.folders[name]
    return here


def _count(folder: Folder, entry: ManifestEntry) -> None:
    folder.count += 1
    folder.bytes += entry.size or 0
