"""A V2 script with the published client, against the whole service: from request to asset."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.client import Client

from ..running import running

PROGRAM = Path(__file__).with_name("v2_client.py")
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.service("published-v2")


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    share = tmp_path_factory.mktemp("share")
    for folder, file in (("behavior", "data.csv"), ("metadata", "rig.json")):
        (share / folder).mkdir()
        (share / folder / file).write_text('{"object_type": "Rig"}')
    return share


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, share: Path) -> Iterator[str]:
    """Address of the service, with a worker."""
    options = ("--source-root", str(share), "--project-name", "Behavior Platform")
    with running(tmp_path_factory.mktemp("service"), *options) as url:
        yield url


def answers(python: str, server: str, share: Path) -> list[dict[str, Any]]:
    """Run the script with the published package; return its answers."""
    command = [python, "-I", str(PROGRAM), server, str(share / "behavior"), str(share / "metadata")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_it_asks_for_is_validated_submitted_and_done(
    service_url: str, server: str, share: Path
) -> None:
    validated, submitted = answers(service_url, server, share)

    assert (validated["status"], validated["message"]) == (200, "Valid model")
    assert validated["data"]["model_json"] == validated["asked"]
    assert validated["data"]["warnings"] == []
    (job,) = validated["data"]["validated_model_json"]["upload_jobs"]
    assert job["s3_prefix"] == "690165_2024-02-19_11-25-17"
    assert (submitted["status"], submitted["data"]["errors"]) == (200, [])
    (run,) = submitted["data"]["responses"]
    assert (run["conf"], run["dag_id"]) == (job, "transform_and_upload_v2")
    with Client(server) as client:
        done = client.wait(run["dag_run_id"], timeout=PATIENCE_SECONDS)
    assert done.state == "success", done.error
    bucket = Path(done.location.removeprefix("file://"))
    source = share / "behavior" / "data.csv"
    assert (bucket / "behavior" / "data.csv").read_bytes() == source.read_bytes()
    assert (bucket / "rig.json").exists()
