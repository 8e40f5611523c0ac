"""The Python examples of a V1 user guide."""

import ast
import os
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

SERVER = "http://aind-data-transfer-service"
EMAIL = "my_email_address@example.org"

_SOURCE = Path(__file__).parents[2] / "src"
_BLOCK = re.compile(r"^\.\. code-block:: python\n\s*\n((?: +.*\n|[ ]*\n)+)", re.MULTILINE)
_SUBMITS = re.compile(r"^# (?=(?:submit_job_response = |print\(submit_job_response))", re.MULTILINE)
_SHARES = re.compile(r'"(?=/(?:shared_drive|allen/aind)/)')


def examples(guide: Path) -> list[str]:
    """Return the programs of a guide in reStructuredText."""
    return [textwrap.dedent(block) for block in _BLOCK.findall(guide.read_text())]


def runnable(example: str, url: str) -> str:
    """Return the example with all that a user has to put in before it can be run."""
    program = _SUBMITS.sub("", example).replace(SERVER, url)
    program = program.replace('"my_email_address"', f'"{EMAIL}"')
    # The guide's third example does not import it.
    missing = "warnings." in program and "import warnings" not in program
    return f"import warnings\n{program}" if missing else program


def on_share(program: str, share: Path) -> str:
    """Return the program with its drives below ``share``, and nothing else changed."""
    return _SHARES.sub(f'"{share}', program)


def answers(python: str, program: str, folder: Path) -> list[Any]:
    """Run a program as a user would; return the bodies of its answers, all of which are 200.

    Our own package is found from its source, as if it were installed beside the others.
    """
    done = subprocess.run(
        [python, "-c", program],
        env=os.environ | {"PYTHONPATH": str(_SOURCE)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    bodies = [ast.literal_eval(line) for line in lines[1::2]]
    assert lines[::2] == ["200"] * len(bodies), bodies
    return bodies
