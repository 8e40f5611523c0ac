"""Validates requests by a published model, for as long as there are any.

    PYTHON peer.py MODULE:MODEL

Reads a JSON text from each line and writes ``{"accepted": normal form}``, ``{"refused": errors}``
or ``{"failed": text}``, which was an answer 500. Runs with the published packages, not ours.
"""

import importlib
import json
import sys
from typing import Any

from pydantic import BaseModel, ValidationError


def main() -> None:
    module, _, name = sys.argv[1].partition(":")
    model = getattr(importlib.import_module(module), name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(model, line)) + "\n")
        sys.stdout.flush()


def answer(model: type[BaseModel], text: str) -> dict[str, Any]:
    try:
        request = model.model_validate_json(text)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        return {"refused": errors}
    except Exception as error:  # noqa: BLE001 - whatever the reference did not expect was a 500
        return {"failed": f"{type(error).__name__}: {error}"}
    return {"accepted": json.loads(request.model_dump_json(warnings=False, exclude_none=True))}


if __name__ == "__main__":
    main()
