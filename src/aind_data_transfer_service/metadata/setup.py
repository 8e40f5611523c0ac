"""Makes the environments of the metadata tools: pinned packages, each checked by its hash."""

import logging
import subprocess
import venv
from importlib.resources import as_file, files
from pathlib import Path

from ..errors import TransferError
from .tools import ToolName, python_of

logger = logging.getLogger(__name__)

_ENVIRONMENTS = files(__package__).joinpath("environments")
_BUILD = "build.txt"
_INSTALLED = "installed.txt"
_LAST_LINES = 5


class MetadataToolsNotMade(TransferError):
    """An environment for the metadata tools could not be made."""

    code = "metadata_tools_not_made"
    what_to_do_default = (
        "Check that the package registry can be reached and the folder has room, then repeat the"
        " command."
    )


def pins(tool: ToolName) -> bytes:
    """Return the packages of a tool's environment, as pip reads them."""
    return _ENVIRONMENTS.joinpath(f"{tool}.txt").read_bytes()


def is_current(folder: Path, tool: ToolName) -> bool:
    """Tell whether a tool's environment is there, whole, and of this release."""
    installed = folder / tool / _INSTALLED
    return installed.exists() and installed.read_bytes() == pins(tool)


def make(folder: Path, tool: ToolName) -> None:
    """Make a tool's environment anew; raises `MetadataToolsNotMade`.

    It counts as made once all of its packages are there.
    """
    environment = folder / tool
    try:
        venv.create(environment, clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise MetadataToolsNotMade(f"{environment} cannot be made: {problem}.") from problem
    # What builds packages that are published as sources comes first, so that it is pinned too.
    for requirements in (_BUILD, f"{tool}.txt"):
        with as_file(_ENVIRONMENTS.joinpath(requirements)) as path:
            _pip(python_of(folder, tool), "install", "--require-hashes", "--requirement", path)
    _pip(python_of(folder, tool), "check")
    (environment / _INSTALLED).write_bytes(pins(tool))


def _pip(python: Path, command: str, *options: str | Path) -> None:
    build = ("--no-build-isolation",) if command == "install" else ()
    line = (python, "-m", "pip", command, "--disable-pip-version-check", *build, *options)
    done = subprocess.run(  # noqa: S603 - our own words
        [str(word) for word in line],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    logger.info("%s", done.stdout)
    if done.returncode != 0:
        said = " ".join(done.stdout.strip().splitlines()[-_LAST_LINES:])
        raise MetadataToolsNotMade(f"pip {command} in {python.parents[1]} failed: {said}")
