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
}
JOB_PAGE: dict[str, Any] = {
    "jobs": [JOB],
    "total": 1042,
    "limit": 1,
    "offset": 0,
    "next_cursor": "WyJjcmVhdGVkIix0cnVlLCIyMDI0LTAyLTE5VDE5OjMzOjEyIiwiMjAyNCJd",
}
