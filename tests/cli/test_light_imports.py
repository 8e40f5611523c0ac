import json
import subprocess
import sys

import pytest

HEAVY = {"alembic", "boto3", "dbos", "fastapi", "numpy", "obstore", "sqlalchemy", "uvicorn"}


def loaded_by(statement: str) -> set[str]:
    """Return the packages that a fresh interpreter has loaded after a statement."""
    code = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return {name.partition(".")[0] for name in json.loads(run.stdout.splitlines()[-1])}


@pytest.mark.parametrize(
    ("statement", "too_much"),
    [
        ("import aind_data_transfer_service", HEAVY | {"httpx", "pydantic", "typer"}),
        ("import aind_data_transfer_service.client", HEAVY | {"pydantic_settings", "typer"}),
        (
            "import aind_data_transfer_service.cli.main",
            HEAVY | {"httpx", "pydantic", "pydantic_settings"},
        ),
    ],
)
def test_nothing_heavy_is_loaded(statement: str, too_much: set[str]) -> None:
    assert loaded_by(statement) & too_much == set()
