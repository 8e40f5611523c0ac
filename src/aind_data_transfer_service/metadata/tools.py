"""The tools that work in environments of their own: where they are, and running their programs.

Their pins do not go with ours, so nothing of them is imported here: a program of
`aind_data_transfer_service.metadata.programs` is given a file and leaves one.
"""

import json
import logging
import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from ..errors import SettingsInvalid
from ..settings import Settings, bare_environment

logger = logging.getLogger(__name__)

ToolName = Literal["mapper", "schema2"]
TOOLS: tuple[ToolName, ...] = ("mapper", "schema2")
_IMPORTED: Mapping[ToolName, tuple[str, str]] = {
    "mapper": ("aind-metadata-mapper", "aind_metadata_mapper.gather_metadata"),
    "schema2": ("aind-data-schema", "aind_data_schema.core.metadata"),
}
_PROGRAMS = f"{__package__}.programs"


class MetadataToolFailed(SettingsInvalid):
    """A tool for metadata cannot be run."""

    code = "metadata_tool_failed"
    what_to_do_default = (
        "Make the tools anew with `aind-data-transfer setup metadata`, or correct"
        " metadata.command; `aind-data-transfer doctor` checks both."
    )


def tools_folder(settings: Settings) -> Path:
    """Return the folder of the tools' environments."""
    return settings.metadata.folder or settings.home_folder / "metadata"


def python_of(folder: Path, tool: ToolName) -> Path:
    """Return where the Python of a tool is, once it is made."""
    return folder / tool / "bin" / "python"


def command_of(settings: Settings, tool: ToolName) -> tuple[str, ...] | None:
    """Return what starts the Python of a tool; None if there is none."""
    if tool == "mapper" and settings.metadata.command:
        return settings.metadata.command
    python = python_of(tools_folder(settings), tool)
    return (str(python), "-I") if python.exists() else None


def run_program(
    command: Sequence[str],
    program: Literal["gather", "check"],
    request: Mapping[str, Any],
    scratch: Path,
) -> dict[str, Any]:
    """Run a program and return its answer; what it prints goes to the log.

    The program's text lies in ``scratch`` too, so that a container needs to see nothing else of
    ours. Raises `MetadataToolFailed` if it cannot be started or ends without an answer.
    """
    script, asked, answered = (scratch / f"{program}{end}" for end in (".py", ".in.json", ".json"))
    answered.unlink(missing_ok=True)
    script.write_bytes(files(_PROGRAMS).joinpath(script.name).read_bytes())
    asked.write_text(json.dumps(request))
    line = [*command, str(script), str(asked), str(answered)]
    try:
        with subprocess.Popen(  # noqa: S603 - an administrator names the command
            line,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=bare_environment(),
            text=True,
            errors="backslashreplace",
        ) as running:
            last = _log_lines(running)
    except OSError as problem:
        raise MetadataToolFailed(
            f"{command[0]} cannot be started: {problem.strerror}."
        ) from problem
    if running.returncode != 0 or not answered.exists():
        raise MetadataToolFailed(
            f"{' '.join(command)} ended with code {running.returncode} and without an answer:"
            f" {last or 'it said nothing'}"
        )
    answer: dict[str, Any] = json.loads(answered.read_bytes())
    return answer


def version_of(command: Sequence[str], tool: ToolName) -> str:
    """Return the name and release of a tool; raises `MetadataToolFailed` if it does not work."""
    package, module = _IMPORTED[tool]
    code = f"import importlib.metadata as m, {module}; print(m.version({package!r}))"
    try:
        done = subprocess.run(  # noqa: S603 - an administrator names the command
            [*command, "-c", code],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=bare_environment(),
            text=True,
            errors="backslashreplace",
            check=False,
        )
    except OSError as problem:
        raise MetadataToolFailed(
            f"{command[0]} cannot be started: {problem.strerror}."
        ) from problem
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise MetadataToolFailed(f"{' '.join(command)} cannot import {module}: {said[-1]}")
    return f"{package} {done.stdout.strip().splitlines()[-1]}"


def _log_lines(running: subprocess.Popen[str]) -> str:
    """Log what a program prints, and return the last line; ends the program if we are ended."""
    last = ""
    try:
        for line in running.stdout or ():
            if line.strip():
                last = line.strip()
                logger.info("%s", line.rstrip())
    except BaseException:
        running.kill()
        raise
    return last
