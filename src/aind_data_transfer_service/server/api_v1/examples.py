"""Examples of V1 requests and answers, for the API's reference."""

from typing import Any

from .answers import example

REQUEST = {
    "user_email": "my.name@alleninstitute.org",
    "email_notification_types": ["fail"],
    "upload_jobs": [
        {
            "project_name": "Ephys Platform",
            "platform": {"name": "Behavior platform", "abbreviation": "behavior"},
            "modalities": [
                {
                    "modality": {"name": "Behavior", "abbreviation": "behavior"},
                    "source": "/shared_drive/vr_foraging/690165/20240219T112517",
                }
            ],
            "subject_id": "690165",
            "acq_datetime": "2024-02-19T11:25:17",
            "s3_bucket": "private",
            "metadata_dir": "/shared_drive/vr_foraging/690165/20240219T112517/Config",
        }
    ],
}

_PROBLEM = {
    "code": "missing",
    "loc": ["upload_jobs", 0, "subject_id"],
    "field": "upload_jobs[0].subject_id",
    "message": "upload_jobs[0].subject_id: this field is required",
    "value": None,
    "allowed": None,
    "nearest": None,
}
_ERRORS = '[{"type":"missing","loc":["upload_jobs",0,"subject_id"],"msg":"Field required"}]'
RUN = {
    "dag_id": "transform_and_upload",
    "dag_run_id": "20240219-193312-k4ndw8zx",
    "state": "queued",
    "job_id": "20240219-193312-k4ndw8zx",
    "submission_id": "20240219-193312-p7qrvmt2",
    "asset_name": "behavior_690165_2024-02-19_11-25-17",
    "location": "s3://private-data/behavior_690165_2024-02-19_11-25-17/",
    "job_url": "http://data-transfer/jobs/20240219-193312-k4ndw8zx",
    "logical_date": "2024-02-19T19:33:12.104233+00:00",
    "new": True,
}


REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A `SubmitJobRequest`, as `aind_data_transfer_service.configs.job_configs`"
        " writes it.",
        "content": {"application/json": {"schema": {"type": "object"}, "example": REQUEST}},
    }
}
VALIDATE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: example(
        "The request is valid",
        "Valid model",
        {"version": "1.0.0", "model_json": {}, "validated_model_json": {}, "warnings": []},
    ),
    406: example(
        "The request is not valid",
        "There were validation errors",
        {"version": "1.0.0", "model_json": {}, "errors": _ERRORS, "problems": [_PROBLEM]},
    ),
}
SUBMIT_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: example(
        "The jobs are queued",
        "Submitted request to airflow",
        {"responses": [RUN], "errors": [], "warnings": []},
    ),
    406: example(
        "The request is not valid; nothing is queued",
        "There were validation errors",
        {"responses": [], "errors": _ERRORS, "problems": [_PROBLEM]},
    ),
    409: example(
        "Another job for the same place is under way; nothing is queued",
        "behavior_690165_2024-02-19_11-25-17 in bucket 'private' is the target of job …",
        {"responses": [], "errors": '["…"]', "problems": [{"code": "asset_busy"}]},
    ),
    422: example(
        "The `Idempotency-Key` was used for another request",
        "The key '…' was used for another request at 2026-11-23T03:26:06+00:00.",
        {"responses": [], "errors": '["…"]', "problems": [{"code": "idempotency_key_reused"}]},
    ),
}
JOBS_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: example(
        "The jobs",
        "Retrieved job status list from airflow",
        {
            "params": {"page_offset": 0, "states": [], "order_by": "-execution_date"},
            "total_entries": 1,
            "job_status_list": [
                {
                    "dag_id": "transform_and_upload",
                    "end_time": "2024-02-19T19:41:55.020117Z",
                    "job_id": RUN["job_id"],
                    "job_state": "success",
                    "name": RUN["asset_name"],
                    "job_type": "behavior",
                    "comment": None,
                    "start_time": "2024-02-19T19:33:12.611402Z",
                    "submit_time": "2024-02-19T19:33:12.104233Z",
                }
            ],
        },
    )
}
_PARAMS = {"dag_id": "transform_and_upload", "dag_run_id": RUN["job_id"]}
_NONE = {"params": _PARAMS, "errors": [{"status": 404, "code": "job_unknown"}]}
TASKS_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: example(
        "The tasks, in the order they run",
        "Retrieved job tasks list from airflow",
        {
            "params": _PARAMS,
            "total_entries": 1,
            "job_tasks_list": [
                {
                    "dag_id": "transform_and_upload",
                    "job_id": RUN["job_id"],
                    "task_id": "send_job_start_email",
                    "try_number": 1,
                    "task_state": "success",
                    "priority_weight": 16,
                    "map_index": -1,
                    "submit_time": "2024-02-19T19:33:12.104233Z",
                    "start_time": "2024-02-19T19:33:12.611402Z",
                    "end_time": "2024-02-19T19:33:12.702118Z",
                    "duration": 0.090716,
                    "comment": None,
                }
            ],
        },
    ),
    404: example("There is no such job", "Error retrieving job tasks list from airflow", _NONE),
}
LOGS_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: example(
        "The log",
        "Retrieved task logs from airflow",
        {"params": {**_PARAMS, "task_id": "upload_data_to_s3"}, "logs": "…\n"},
    ),
    404: example(
        "There is no such job, task, attempt or log",
        "Error retrieving task logs from airflow",
        _NONE,
    ),
}
