"""v0.0.39 to v0.0.43 (Slurm 23.02 to 25.05): numbers that may be unset, the environment a list.

After the published descriptions of these versions: the models of aind-slurm-rest 1.0.3 (v0.0.39,
v0.0.40), slurmrestpy 0.0.1 (v0.0.41, v0.0.42) and slurmrestapi 25.11.4.0 (v0.0.43).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .dialect import (
    Dialect,
    JobRecord,
    Submission,
    assigned_nodes,
    submitted_since_day,
    wait_status,
)

_MAY_BE_UNSET = frozenset({"memory_per_cpu", "memory_per_node", "time_limit"})


class Structured(Dialect):
    """v0.0.40 and later: states as a list."""

    def submission(self, job: Submission) -> dict[str, Any]:
        """Return the body of a request to submit a job."""
        described: dict[str, Any] = {
            "name": job.name,
            "comment": job.comment,
            "script": job.script,
            "current_working_directory": job.working_directory,
            "environment": [f"{name}={value}" for name, value in job.environment.items()],
            "standard_output": job.log,
            "open_mode": ["APPEND"],
        }
        for name, value in job.properties.items():
            described |= _translated(name, value)
        if job.array is not None:
            described["array"] = job.array
        return {"job": described}

    def record(self, job: Mapping[str, Any]) -> JobRecord:
        """Read one job of an answer."""
        exit_code, signal = self._ended(job.get("exit_code"))
        return JobRecord(
            job_id=int(job["job_id"]),
            name=job["name"],
            states=self._states(job["job_state"]),
            array_job_id=_number(job.get("array_job_id")) or None,
            array_task_id=_number(job.get("array_task_id")),
            reason=job.get("state_reason") or "",
            exit_code=exit_code,
            signal=signal,
            restarts=job.get("restart_cnt") or 0,
            nodes=job.get("nodes") or "",
        )

    def accounting_query(self, names: Sequence[str], since: float) -> dict[str, str]:
        """Return the query for the accounting's records of jobs by name."""
        return {
            "job_name": ",".join(names),
            "start_time": str(int(since)),
            "usage_time_as_submit_time": "true",
        }

    def accounted(self, job: Mapping[str, Any]) -> JobRecord:
        """Read one job of the accounting's answer."""
        return JobRecord(
            job_id=int(job["job_id"]),
            name=job["name"],
            states=self._states(job["state"]["current"]),
            array_job_id=job["array"]["job_id"] or None,
            array_task_id=_number(job["array"].get("task_id")),
            reason=job["state"].get("reason") or "",
            nodes=assigned_nodes(job.get("nodes")),
            submitted_at=job["time"]["submission"],
        )

    def _states(self, states: Any) -> tuple[str, ...]:
        if not isinstance(states, list):
            raise TypeError(f"job_state is {states!r}, not a list")
        return tuple(states)

    def _ended(self, exit_code: Any) -> tuple[int | None, int | None]:
        if exit_code is None:
            return None, None
        signal = exit_code.get("signal") or {}
        number = _number(signal.get("id", signal.get("signal_id")))
        return (None, number) if number else (_number(exit_code.get("return_code")), None)


class StructuredWithStateText(Structured):
    """v0.0.39: one state as text, the exit code as wait(2) gives it."""

    def submission(self, job: Submission) -> dict[str, Any]:
        """Return the body of a request to submit a job, with the script where it is read."""
        body = super().submission(job)
        return {"script": body["job"].pop("script"), **body}

    def accounting_query(self, names: Sequence[str], since: float) -> dict[str, str]:
        """Return the query for the accounting's records of jobs by name."""
        return submitted_since_day(names, since)

    def _states(self, states: Any) -> tuple[str, ...]:
        if not isinstance(states, str):
            raise TypeError(f"job_state is {states!r}, not text")
        return (states,)

    def _ended(self, exit_code: Any) -> tuple[int | None, int | None]:
        return wait_status(_number(exit_code))


def _translated(name: str, value: Any) -> dict[str, Any]:
    if name in _MAY_BE_UNSET:
        return {name: {"set": True, "infinite": False, "number": value}}
    if name == "nodes":
        return {"minimum_nodes": value[0], "maximum_nodes": value[-1]}
    return {name: value}


def _number(value: Any) -> int | None:
    """Return a number that may be unset: an object, or plain in some places of some versions."""
    if isinstance(value, Mapping):
        return value["number"] if value["set"] and not value.get("infinite") else None
    if value is None or isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is not a number")
