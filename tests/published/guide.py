"""The Python examples of a V1 user guide."""

import re
import textwrap
from pathlib import Path

SERVER = "http://aind-data-transfer-service"
EMAIL = "my_email_address@example.org"

_BLOCK = re.compile(r"^\.\. code-block:: python\n\s*\n((?: +.*\n|[ ]*\n)+)", re.MULTILINE)
_SUBMITS = re.compile(r"^# (?=(?:submit_job_response = |print\(submit_job_response))", re.MULTILINE)


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
