"""What is laid out for a program."""

from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import ProgramPlan
from aind_data_transfer_service.engine.launch import write_attempt_folder
from aind_data_transfer_service.settings import S3Settings, Settings
from aind_data_transfer_service.tasks.spec import CREDENTIALS_FILE, TaskSpec

from ..tasks.factories import make_plan, make_spec, modality

EARLY = {"upload_finished_stacks": True}
SCRIPT = ProgramPlan(command_script="true")


def compression(tmp_path: Path, task: dict[str, Any], **changes: Any) -> TaskSpec:
    """Return the spec of the compression of a SmartSPIM session."""
    spim = modality(tmp_path / "spim", "SPIM", compress=True).model_copy(update=changes)
    plan = make_plan(tmp_path, modalities=(spim,))
    tasks = [
        each.model_copy(update=task) if each.task_id is TaskId.COMPRESS_DATA else each
        for each in plan.tasks
    ]
    plan = plan.model_copy(update={"tasks": tuple(tasks)})
    return make_spec(tmp_path, TaskId.COMPRESS_DATA, plan=plan, map_index=0)


@pytest.mark.parametrize(
    ("task", "changes", "given"),
    [
        ({"settings": EARLY}, {}, True),
        ({}, {}, False),
        ({"settings": {"upload_finished_stacks": False}}, {}, False),
        ({"settings": EARLY}, {"compress": False}, False),
        ({"settings": EARLY, "program": SCRIPT}, {}, False),
    ],
)
def test_a_compression_has_the_keys_of_the_store_only_if_it_sends(
    tmp_path: Path, task: dict[str, Any], changes: dict[str, Any], given: bool
) -> None:
    s3 = S3Settings.model_validate({"access_key_id": "key", "secret_access_key": "secret"})
    settings = Settings(home=tmp_path / "home", s3=s3)
    write_attempt_folder(settings, tmp_path / "1", compression(tmp_path, task, **changes))
    keys = tmp_path / "1" / CREDENTIALS_FILE
    assert keys.exists() is given
    assert not given or keys.stat().st_mode & 0o777 == 0o600
