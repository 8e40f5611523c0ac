"""How each version of slurmrestd wants jobs described, and describes them."""

from typing import Any

import pytest

from aind_data_transfer_service.executors.slurm.dialects import (
    DIALECTS,
    Dialect,
    JobRecord,
    Submission,
)

SUBMISSION = Submission(
    name="adt.job",
    comment="a comment",
    script="#!/bin/bash\n",
    working_directory="/work",
    log="/work/%a/log.txt",
    environment={"PATH": "/bin", "LANG": "C"},
    properties={"time_limit": 5, "memory_per_cpu": 10, "nodes": [1, 2], "hold": True, "qos": "q"},
    array="0-3%2",
)


def dialect(number: int) -> Dialect:
    return next(each for each in DIALECTS if each.version == f"v0.0.{number}")


def unset_or(number: int | None) -> dict[str, Any]:
    return {"set": number is not None, "infinite": False, "number": number or 0}


def test_every_version_is_known_newest_first() -> None:
    assert [d.version for d in DIALECTS] == [f"v0.0.{n}" for n in range(43, 35, -1)]


@pytest.mark.parametrize("number", [36, 37, 38])
def test_the_old_versions_take_plain_numbers(number: int) -> None:
    assert dialect(number).submission(SUBMISSION) == {
        "script": "#!/bin/bash\n",
        "job": {
            "name": "adt.job",
            "comment": "a comment",
            "current_working_directory": "/work",
            "environment": {"PATH": "/bin", "LANG": "C"},
            "standard_output": "/work/%a/log.txt",
            "open_mode": "append",
            "array": "0-3%2",
            "time_limit": 5,
            "memory_per_cpu": 10,
            "nodes": [1, 2],
            "hold": True,
            "qos": "q",
        },
    }


@pytest.mark.parametrize("number", [39, 40, 41, 42, 43])
def test_the_new_versions_take_numbers_that_may_be_unset(number: int) -> None:
    body = dialect(number).submission(SUBMISSION)
    script = body.pop("script", None) or body["job"].pop("script")
    assert script == "#!/bin/bash\n"
    assert body == {
        "job": {
            "name": "adt.job",
            "comment": "a comment",
            "current_working_directory": "/work",
            "environment": ["PATH=/bin", "LANG=C"],
            "standard_output": "/work/%a/log.txt",
            "open_mode": ["APPEND"],
            "array": "0-3%2",
            "time_limit": unset_or(5),
            "memory_per_cpu": unset_or(10),
            "minimum_nodes": 1,
            "maximum_nodes": 2,
            "hold": True,
            "qos": "q",
        }
    }


@pytest.mark.parametrize("number", [36, 37, 38])
@pytest.mark.parametrize(
    ("status", "ended"), [(0, (0, None)), (768, (3, None)), (139, (None, 11)), (15, (None, 15))]
)
def test_the_old_versions_give_the_status_of_wait(
    number: int, status: int, ended: tuple[int | None, int | None]
) -> None:
    job = {"job_id": 7, "name": "n", "job_state": "FAILED", "exit_code": status}
    array = {"array_job_id": 5, "array_task_id": 0, "restart_cnt": 1, "nodes": "n1"}
    record = dialect(number).record({**job, **array, "state_reason": "None"})
    assert record == JobRecord(
        job_id=7,
        name="n",
        states=("FAILED",),
        array_job_id=5,
        array_task_id=0,
        reason="None",
        exit_code=ended[0],
        signal=ended[1],
        restarts=1,
        nodes="n1",
    )
    assert record.id == 5


@pytest.mark.parametrize("number", [40, 41, 42, 43])
@pytest.mark.parametrize("signal_name", ["id", "signal_id"])
def test_the_new_versions_give_states_as_a_list(number: int, signal_name: str) -> None:
    job = {
        "job_id": 7,
        "name": "n",
        "job_state": ["COMPLETED", "COMPLETING"],
        "array_job_id": unset_or(0),
        "array_task_id": unset_or(None),
        "exit_code": {"return_code": unset_or(3), "signal": {signal_name: unset_or(None)}},
    }
    record = dialect(number).record(job)
    assert record.states == ("COMPLETED", "COMPLETING")
    assert (record.exit_code, record.signal, record.id) == (3, None, 7)
    job["exit_code"] = {"return_code": unset_or(None), "signal": {signal_name: unset_or(9)}}
    record = dialect(number).record(job)
    assert (record.exit_code, record.signal) == (None, 9)


def test_version_39_gives_one_state_and_the_status_of_wait() -> None:
    job = {"job_id": 7, "name": "n", "job_state": "FAILED", "exit_code": unset_or(768)}
    record = dialect(39).record(job)
    assert (record.states, record.exit_code) == (("FAILED",), 3)


@pytest.mark.parametrize(("number", "state"), [(39, ["RUNNING"]), (40, "RUNNING")])
def test_states_of_another_version_are_not_guessed(number: int, state: object) -> None:
    with pytest.raises(TypeError, match="job_state"):
        dialect(number).record({"job_id": 7, "name": "n", "job_state": state})


def accounted(state: object, task_id: object) -> dict[str, Any]:
    """Return what the accounting has of a job, so far as it is read, and an exit code that lies."""
    return {
        "job_id": 7,
        "name": "n",
        "state": {"current": state, "reason": "None"},
        "array": {"job_id": 5, "task_id": task_id},
        "time": {"submission": 1000},
        "nodes": "n1",
        "exit_code": {"status": "SUCCESS", "return_code": 0},
    }


@pytest.mark.parametrize(
    ("number", "state", "task_id"),
    [
        *((number, "TIMEOUT", 3) for number in (36, 37, 38)),
        (39, "TIMEOUT", unset_or(3)),
        *((number, ["TIMEOUT"], unset_or(3)) for number in (40, 41, 42, 43)),
    ],
)
def test_the_accounting_tells_states_and_no_exit_codes(
    number: int, state: object, task_id: object
) -> None:
    assert dialect(number).accounted(accounted(state, task_id)) == JobRecord(
        job_id=7,
        name="n",
        states=("TIMEOUT",),
        array_job_id=5,
        array_task_id=3,
        reason="None",
        nodes="n1",
        submitted_at=1000,
    )


@pytest.mark.parametrize("number", [36, 37, 38, 39])
def test_the_old_versions_are_asked_for_days(number: int) -> None:
    query = dialect(number).accounting_query(["a", "b"], 1_000_000_000)  # 2001-09-09 in UTC
    assert query == {"job_name": "a,b", "submit_time": "2001-09-08"}


@pytest.mark.parametrize("number", [40, 41, 42, 43])
def test_the_new_versions_are_asked_for_seconds(number: int) -> None:
    query = dialect(number).accounting_query(["a", "b"], 1_000_000_000.5)
    times = {"start_time": "1000000000", "usage_time_as_submit_time": "true"}
    assert query == {"job_name": "a,b", **times}
