"""compress_data with a real recording, and what is written about it."""

import json
from pathlib import Path

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session

from .factories import JOB_ID, attempt, earlier, make_plan, make_spec, modality


def test_a_recording_is_compressed_and_its_processing_is_written(tmp_path: Path) -> None:
    source = make_open_ephys_session(tmp_path / "share" / "ecephys", seconds=0.1, channels=8)
    settings = {"codec": "pcodec", "level": 1, "chunk_duration": "50ms"}
    plan = make_plan(
        tmp_path,
        modalities=(modality(source, "ecephys", compress=True, job_settings=settings),),
    )
    spec = make_spec(tmp_path, TaskId.COMPRESS_DATA, map_index=0, plan=plan)
    staging = tmp_path / "staging" / JOB_ID
    staging.mkdir(parents=True)

    done = attempt(spec)
    assert done.state == ResultState.SUCCESS, done.error
    traces = sum(path.stat().st_size for path in source.rglob("continuous.dat"))
    assert done.outputs["action"] == "compressed"
    assert done.outputs["source_bytes"] == traces
    assert done.outputs["ratio"] == round(traces / done.outputs["stored_bytes"], 3)
    assert done.outputs["parameters"]["level"] == 1
    assert len(done.outputs["streams"]) == 2
    assert len(list((staging / "ecephys" / "ecephys_compressed").iterdir())) == 2

    again = attempt(spec)
    assert again.outputs["stored_bytes"] == done.outputs["stored_bytes"]

    task = earlier(
        TaskId.COMPRESS_DATA,
        0,
        outputs=done.outputs,
        started_at=done.started_at,
        ended_at=done.ended_at,
    )
    attempt(make_spec(tmp_path, TaskId.GATHER_FINAL_METADATA, plan=plan, earlier=(task,)))
    document = json.loads((staging / "processing.json").read_text())
    (process,) = document["processing_pipeline"]["data_processes"]
    assert process["parameters"] == done.outputs["parameters"]
    assert process["outputs"]["streams"] == done.outputs["streams"]
