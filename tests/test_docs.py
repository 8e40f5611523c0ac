"""What the documentation must not leave out: errors, settings, commands, routes; and its links."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from starlette.routing import Route
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

import aind_data_transfer_service
from aind_data_transfer_service import server
from aind_data_transfer_service.cli.main import app as command_line
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.errors import TransferError
from aind_data_transfer_service.settings import ENV_PREFIX, Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_NOT_OURS = re.compile(r"\.(migrations|programs\.gather)")
"""Modules that other programs run: Alembic, the metadata mapper."""
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def page(name: str) -> str:
    return (DOCS / name).read_text()


def rows(text: str) -> set[str]:
    """Return the words set as code in the first cells of a page's tables."""
    cells = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Import and yield all that a package holds."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__") and not _NOT_OURS.search(found.name):
            yield importlib.import_module(found.name)


def error_codes() -> set[str]:
    imported = {module.__name__ for module in modules(aind_data_transfer_service)}
    return {kind.code for kind in _kinds(TransferError) if kind.__module__ in imported}


def _kinds(kind: type[TransferError]) -> Iterator[type[TransferError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def setting_names(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from setting_names(kind, (*above, name))
        else:
            yield (*above, name)


def test_every_error_is_explained_and_no_other() -> None:
    text = page("errors.md")
    refused = text.index("## Refused by the service")
    nested, after = text.index("## What `sources_unusable`"), text.index("## Open Ephys")

    explained = rows(text[refused:nested] + text[after:])

    assert explained == error_codes()


def test_every_setting_is_explained_and_no_other() -> None:
    names = set(setting_names(Settings))
    text = page("administrator-guide.md")
    table = re.findall(rf"^\| `([a-z0-9_.]+)` \| `({ENV_PREFIX}\w+)` \|", text, re.MULTILINE)

    assert dict(table) == {
        ".".join(name): ENV_PREFIX + "__".join(name).upper() for name in sorted(names)
    }


def test_every_task_is_explained() -> None:
    assert rows(page("user-guide.md")) >= set(TaskId)


def commands() -> dict[str, TyperCommand]:
    return dict(_commands(get_command(command_line), ""))


def _commands(found: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(found, TyperGroup):
        for below, one in found.commands.items():
            yield from _commands(one, f"{name} {below}".strip())
    elif isinstance(found, TyperCommand):
        yield name, found


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_is_explained(name: str) -> None:
    text = page("command-line.md")
    common = text[: text.index("## Upload data")]
    (line,) = re.findall(rf"^\| `{name}[ `].*$", text, re.MULTILINE)
    for parameter in commands()[name].params:
        if isinstance(parameter, TyperArgument):
            assert (parameter.metavar or str(parameter.name)).upper() in line.replace("\\|", "|")
        elif isinstance(parameter, TyperOption) and not parameter.hidden:
            for option in (*parameter.opts, *parameter.secondary_opts):
                assert option in line or option in common, f"{name} {option}"


def test_every_route_is_explained() -> None:
    routers = [getattr(module, "router", None) for module in modules(server)]
    paths = {
        route.path
        for router in routers
        if isinstance(router, APIRouter)
        for route in router.routes
        if isinstance(route, Route)
    }
    text = page("api.md")

    assert {"/api/v1/submit_jobs", "/api/v2/jobs/{job_id}", "/health", "/jobs"} <= paths
    assert [path for path in paths if not re.search(rf"[ `]{re.escape(path)}[`?]", text)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = _FENCED.sub("", path.read_text())
    for link in _LINK.findall(text):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        if anchor:
            headings = _HEADING.findall(_FENCED.sub("", target.read_text()))
            assert anchor in {_anchor(heading) for heading in headings}, link


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
