"""Examples of V2 answers, for the API's reference."""

from typing import Any

JOB: dict[str, Any] = {
    "job_id": "20240219-193312-k4ndw8zx",
    "submission_id": "20240219-193312-p7qrvmt2",
    "asset_name": "behavior_690165_2024-02-19_11-25-17",
    "location": "s3://private-data/behavior_690165_2024-02-19_11-25-17/",
    "bucket": "private",
    "state": "success",
    "run": 1,
    "project_name": "Ephys Platform",
    "platform": "behavior",
    "subject_id": "690165",
    "job_type": "behavior",
    "user_email": "my.name@alleninstitute.org",
    "created_at": "2024-02-19T19:33:12.104233Z",
    "started_at": "2024-02-19T19:33:12.611402Z",
    "ended_at": "2024-02-19T19:41:55.020117Z",
    "cancel_requested": False,
    "error": None,
    "files": 86,
    "bytes": 104857600,
    "dag_id": "transform_and_upload",
    "progress": None,
}
JOB_PAGE: dict[str, Any] = {
    "jobs": [JOB],
    "total": 1042,
    "limit": 1,
    "offset": 0,
    "next_cursor": "WyJjcmVhdGVkIix0cnVlLCIyMDI0LTAyLTE5VDE5OjMzOjEyIiwiMjAyNCJd",
}
TASK: dict[str, Any] = {
    "task_id": "upload_data_to_s3",
    "title": "Upload",
    "map_index": -1,
    "position": 9,
    "label": None,
    "state": "success",
    "try_number": 1,
    "started_at": "2024-02-19T19:35:01.000000Z",
    "ended_at": "2024-02-19T19:41:12.000000Z",
    "next_try_at": None,
    "note": None,
    "outputs": {"files": 86, "bytes": 104857600},
    "error": None,
    "progress_done": 104857600,
    "progress_total": 104857600,
    "rate": None,
    "eta_seconds": None,
    "attempts": [
        {
            "number": 1,
            "state": "success",
            "executor": "local",
            "started_at": "2024-02-19T19:35:01.000000Z",
            "ended_at": "2024-02-19T19:41:12.000000Z",
            "error": None,
        }
    ],
}
PLAN: dict[str, Any] = {
    "api": "v2",
    "jobs": [
        {
            "asset_name": JOB["asset_name"],
            "location": JOB["location"],
            "sources": [
                {
                    "name": "behavior",
                    "source": "/shared_drive/690165/20240219T112517/Behavior",
                    "target_prefix": f"{JOB['asset_name']}/behavior/",
                    "files": 86,
                    "bytes": 104857600,
                    "complete": True,
                    "text": "86 files, 104,857,600 bytes",
                    "problem": None,
                    "compress": False,
                }
            ],
            "tasks": [
                {
                    "task_id": "upload_data_to_s3",
                    "skip_reason": None,
                    "settings": {},
                    "origins": {},
                    "executor": {"runs_as": "process", "cpus": 0, "memory_mb": 256},
                }
            ],
        }
    ],
    "warnings": [],
}


def shown(value: Any) -> dict[int | str, dict[str, Any]]:
    """Return an example of the answer for the API's reference."""
    return {200: {"content": {"application/json": {"example": value}}}}
