"""Stands for a Python with the metadata tools: leaves the answer that a test wants."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_PROGRAM = """
import json, pathlib, sys
_, script, asked, answered = sys.argv
here = pathlib.Path(__file__).parent
(here / "asked.json").write_bytes(pathlib.Path(asked).read_bytes())
print("working on", pathlib.Path(script).name)
answers = json.loads((here / "answers.json").read_text())
pathlib.Path(answered).write_text(json.dumps(answers[pathlib.Path(script).stem]))
"""


class StubTools:
    """Programs that answer at once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        program = folder / "stub.py"
        program.write_text(_PROGRAM)
        self.command = (sys.executable, str(program))
        self.answers(gather={}, check={})

    def answers(self, **answers: Mapping[str, Any]) -> None:
        """Say what each program answers; `gather` gives nothing but what is said."""
        nothing: dict[str, Any] = {"files": {}, "notes": [], "failures": [], "versions": {}}
        checked: dict[str, Any] = {"files": {}, "newer": {}, "version": "1.2.0"}
        whole = {
            "gather": nothing | dict(answers.get("gather", {})),
            "check": checked | dict(answers.get("check", {})),
        }
        (self._folder / "answers.json").write_text(json.dumps(whole))

    def asked(self) -> dict[str, Any]:
        """Return what the last program was asked."""
        document = json.loads((self._folder / "asked.json").read_bytes())
        assert isinstance(document, dict)
        return document

    def was_asked(self) -> bool:
        """Tell whether any program ran."""
        return (self._folder / "asked.json").exists()
