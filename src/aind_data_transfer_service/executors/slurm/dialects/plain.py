"""v0.0.36 to v0.0.38 (Slurm 21.08 to 22.05): plain numbers, the environment an object.

Tested against slurmrestd 22.05 itself. There v0.0.36 takes ``standard_output`` too, beside the
``standard_out`` of its description; the later ones take only that.
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


class Plain(Dialect):
    """Plain numbers, the environment an object."""

    def submission(self, job: Submission) -> dict[str, Any]:
        """Return the body of a request to submit a job."""
        described = {
            **job.properties,
            "name": job.name,
            "comment": job.comment,
            "current_working_directory": job.working_directory,
            "environment": dict(job.environment),
            "standard_output": job.log,
            "open_mode": "append",
        }
        if job.array is not None:
            described["array"] = job.array
        return {"script": job.script, "job": described}

    def record(self, job: Mapping[str, Any]) -> JobRecord:
        """Read one job of an answer."""
        exit_code, signal = wait_status(job.get("exit_code"))
        return JobRecord(
            job_id=int(job["job_id"]),
            name=job["name"],
            states=(job["job_state"],),
            array_job_id=job.get("array_job_id") or None,
            array_task_id=job.get("array_task_id"),
            reason=job.get("state_reason") or "",
            exit_code=exit_code,
            signal=signal,
            restarts=job.get("restart_cnt") or 0,
            nodes=job.get("nodes") or "",
        )

    def accounting_query(self, names: Sequence[str], since: float) -> dict[str, str]:
        """Return the query for the accounting's records of jobs by name."""
        return submitted_since_day(names, since)

    def accounted(self, job: Mapping[str, Any]) -> JobRecord:
        """Read one job of the accounting's answer."""
        return JobRecord(
            job_id=int(job["job_id"]),
            name=job["name"],
            states=(job["state"]["current"],),
            array_job_id=job["array"]["job_id"] or None,
            array_task_id=job["array"]["task_id"],
            reason=job["state"].get("reason") or "",
            nodes=assigned_nodes(job.get("nodes")),
            submitted_at=job["time"]["submission"],
        )
