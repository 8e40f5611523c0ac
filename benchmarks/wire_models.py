"""CPU time to validate and normalise V1 requests: ours, and a published package's beside it.

``python benchmarks/wire_models.py [--peer-python PATH]``: PATH is the Python of an environment
that has ``aind-data-transfer-models`` 0.17.
"""

import argparse
import importlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

JOB_COUNTS = (1, 50, 1000)
_LEAST_SECONDS = 0.5


def request(jobs: int) -> bytes:
    """Return a request as a script would post it, with that many jobs of two modalities."""
    job = {
        "project_name": "Ephys Platform",
        "s3_bucket": "private",
        "platform": {"name": "Electrophysiology platform", "abbreviation": "ecephys"},
        "acq_datetime": "2024-02-19T11:25:17",
        "metadata_dir": "/allen/aind/scratch/session/metadata",
    }
    modalities = {"ecephys": "Extracellular electrophysiology", "behavior": "Behavior"}
    content = {
        "user_email": "my.name@example.org",
        "upload_jobs": [
            {
                **job,
                "subject_id": str(600000 + number),
                "modalities": [
                    {
                        "modality": {"name": name, "abbreviation": short},
                        "source": f"/allen/aind/scratch/session/{number}/{short}",
                    }
                    for short, name in modalities.items()
                ],
            }
            for number in range(jobs)
        ],
    }
    return json.dumps(content).encode()


def ours() -> Callable[[bytes], Any]:
    """Return our way from the body to the normalised request."""
    v1 = importlib.import_module("aind_data_transfer_service.wire.v1")
    return lambda body: v1.normalise(v1.parse_request(body, project_names=["Ephys Platform"]))


def theirs() -> Callable[[bytes], Any]:
    """Return the reference server's way."""
    model = importlib.import_module("aind_data_transfer_models.core").SubmitJobRequest
    context = {"project_names": ["Ephys Platform"]}

    def run(body: bytes) -> Any:
        validated = model.model_validate_json(body, context=context)
        return json.loads(validated.model_dump_json(exclude_none=True))

    return run


def cpu_milliseconds(run: Callable[[bytes], Any], jobs: int) -> float:
    """Return the CPU time of one run, the mean of as many as fill half a second."""
    body = request(jobs)
    run(body)
    runs, start = 0, time.process_time()
    while (used := time.process_time() - start) < _LEAST_SECONDS or not runs:
        run(body)
        runs += 1
    return used / runs * 1000


def measure(run: Callable[[bytes], Any]) -> dict[int, float]:
    """Return CPU milliseconds by number of jobs."""
    return {jobs: cpu_milliseconds(run, jobs) for jobs in JOB_COUNTS}


def main() -> None:
    """Print one line per number of jobs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--as-peer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.as_peer:
        json.dump(measure(theirs()), sys.stdout)
        return
    peer: dict[str, float] = {}
    if arguments.peer_python:
        command = [str(arguments.peer_python), __file__, "--as-peer"]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        peer = json.loads(answer.stdout)
    for jobs, milliseconds in measure(ours()).items():
        beside = f"   peer {peer[str(jobs)]:10.2f} ms" if peer else ""
        print(f"{jobs:5} jobs: {milliseconds:10.2f} ms{beside}")


if __name__ == "__main__":
    main()
