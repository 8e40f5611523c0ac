"""The projects whose data may be uploaded."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ..service import ServiceDep
from .render import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/project_names")
def show_projects(service: ServiceDep, search: str = "") -> HTMLResponse:
    """List the projects, all or those with a text in their name."""
    known = service.lookups.project_names()
    word = search.casefold()
    names = None if known.names is None else [n for n in known.names if word in n.casefold()]
    return page("projects.html", known=known, names=names, search=search)
