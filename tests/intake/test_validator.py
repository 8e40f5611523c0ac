"""Large requests are validated in another process, with the same verdict."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from aind_data_transfer_service.intake import validation_process
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.validation import Question, validate
from aind_data_transfer_service.intake.validator import ValidationBrokeOff, Validator
from aind_data_transfer_service.ports.preset_store import PresetVersion
from aind_data_transfer_service.testing.executor_suite import until
from aind_data_transfer_service.wire.v1 import NotJson

from ..wire.v1 import samples as v1
from ..wire.v2 import samples as v2
from .preset_samples import presets

POLICY = IntakePolicy(
    bucket_urls={"private": "s3://private-data", "default": "s3://default-data"},
    project_names=[*v1.PROJECTS, *v2.PROJECTS],
    source_roots=(),
    path_checks="off",
)
PRESETS = presets({"v2/ecephys/tasks/upload_data_to_s3": {"job_settings": {"concurrency": 8}}})


def question(content: object, api: PresetVersion = PresetVersion.V1) -> Question:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Question(api, body, POLICY, PRESETS)


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if _validates(child)]


def _validates(process: psutil.Process) -> bool:
    try:
        return validation_process.__name__ in process.cmdline()
    except psutil.NoSuchProcess:  # or it has ended and waits for us to know
        return False


@pytest.fixture
def large() -> Iterator[Validator]:
    """Takes every request for a large one."""
    validator = Validator(large_bytes=0)
    yield validator
    validator.close()
    assert children() == []


@pytest.mark.parametrize(
    ("asked", "accepted"),
    [
        (question(v1.request()), True),
        (question(v1.request(subject_id="no/such")), False),
        (question(v2.request(), PresetVersion.V2), True),
        (question(v2.request(job_type="nope"), PresetVersion.V2), False),
    ],
    ids=["v1", "v1 refused", "v2", "v2 refused"],
)
def test_the_verdict_is_the_same(large: Validator, asked: Question, *, accepted: bool) -> None:
    verdict = large.validate(asked)

    assert len(children()) == 1
    assert verdict == validate(asked)
    assert verdict.accepted is accepted
    assert json.loads(verdict.data)["model_json"] == json.loads(asked.body)


def test_what_is_not_json_is_told_so(large: Validator) -> None:
    with pytest.raises(NotJson, match="not valid JSON"):
        large.validate(question(b"{"))
    assert large.validate(question(v1.request())).accepted


def test_small_requests_need_no_process() -> None:
    validator = Validator()

    assert validator.validate(question(v1.request())).accepted
    assert children() == []
    validator.close()


def test_one_process_serves_one_after_another(large: Validator) -> None:
    large.validate(question(v1.request()))
    (first,) = children()
    large.validate(question(v1.request()))

    assert children() == [first]


def test_an_idle_process_is_ended() -> None:
    validator = Validator(large_bytes=0, idle=timedelta(milliseconds=10))
    for _ in range(2):
        assert validator.validate(question(v1.request())).accepted
        until(lambda: not children())


def test_a_process_that_died_meanwhile_is_replaced(large: Validator) -> None:
    large.validate(question(v1.request()))
    (first,) = children()
    first.kill()
    until(lambda: not children())

    assert large.validate(question(v1.request())).accepted


def test_a_process_that_dies_at_work_is_told_of(
    large: Validator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = ("/bin/sh", "-c", f"head -c 1 > {tmp_path}/asked; exit 3")
    with monkeypatch.context() as changed:
        changed.setattr(validation_process, "_COMMAND", command)
        with pytest.raises(ValidationBrokeOff, match="broke off"):
            large.validate(question(v1.request()))

    assert (tmp_path / "asked").stat().st_size == 1
    assert large.validate(question(v1.request())).accepted
