"""Metadata: whether the tools work, and whether the metadata service answers."""

from collections.abc import Iterator

import httpx

from ...errors import TransferError
from ...metadata.setup import is_current
from ...metadata.tools import ToolName, command_of, tools_folder, version_of
from ...settings import Settings
from .finding import Finding, fail, failed_by, ok, warn

_NAME = "metadata"
_MAKE = "`aind-data-transfer setup metadata` makes it."
_WITHOUT: dict[ToolName, str] = {
    "mapper": "The mapper is not set up: metadata_configs have no effect, and files of"
    " aind-data-schema 1.x are not validated",
    "schema2": "aind-data-schema 2.x is not set up: files of it are not validated",
}


def check_metadata(settings: Settings) -> Iterator[Finding]:
    """Start each tool, and ask the service for its project names."""
    for tool in _WITHOUT:
        yield _tool(settings, tool)
    if settings.metadata.service_url is None:
        yield ok(_NAME, "No metadata service is set up: subjects and procedures are not asked for")
    else:
        yield _service(settings.metadata.service_url, settings)


def _tool(settings: Settings, tool: ToolName) -> Finding:
    command = command_of(settings, tool)
    if command is None:
        return warn(_NAME, _WITHOUT[tool], _MAKE)
    try:
        version = version_of(command, tool)
    except TransferError as problem:
        return failed_by(_NAME, problem)
    ours = tool == "schema2" or not settings.metadata.command
    if ours and not is_current(tools_folder(settings), tool):
        return warn(_NAME, f"{version} works, but is not what this release pins", _MAKE)
    return ok(_NAME, f"{version} works")


def _service(url: str, settings: Settings) -> Finding:
    seconds = settings.metadata.service_timeout.total_seconds()
    try:
        answer = httpx.get(f"{url.rstrip('/')}/project_names", timeout=seconds)
    except httpx.HTTPError as problem:
        return fail(_NAME, f"{url} does not answer: {problem}", "Check metadata.service_url.")
    if not answer.is_success:
        return fail(
            _NAME,
            f"{url}/project_names answers {answer.status_code}",
            "Check metadata.service_url, and the service there.",
        )
    return ok(_NAME, f"The metadata service at {url} answers")
