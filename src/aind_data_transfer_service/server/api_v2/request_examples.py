"""Examples of V2 requests and their answers, for the API's reference."""

from typing import Any

from ..api_v1 import examples
from ..api_v1.answers import DAG_ID_V2, example

REQUEST: dict[str, Any] = {
    "user_email": "my.name@alleninstitute.org",
    "email_notification_types": ["fail"],
    "upload_jobs": [
        {
            "job_type": "default",
            "project_name": "Ephys Platform",
            "platform": {"name": "Behavior platform", "abbreviation": "behavior"},
            "modalities": [{"name": "Behavior", "abbreviation": "behavior"}],
            "subject_id": "690165",
            "acq_datetime": "2024-02-19T11:25:17",
            "s3_bucket": "private",
            "tasks": {
                "modality_transformation_settings": {
                    "behavior": {
                        "job_settings": {
                            "input_source": "/shared_drive/690165/20240219T112517/Behavior"
                        }
                    }
                },
                "gather_preliminary_metadata": {
                    "job_settings": {"metadata_dir": "/shared_drive/690165/20240219T112517/Config"}
                },
            },
        }
    ],
}
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A `SubmitJobRequestV2`, as `aind_data_transfer_service.models.core`"
        " writes it.",
        "content": {"application/json": {"schema": {"type": "object"}, "example": REQUEST}},
    }
}
VALIDATE_ANSWERS = examples.VALIDATE_ANSWERS
_RUN = {**examples.RUN, "dag_id": DAG_ID_V2}
SUBMIT_ANSWERS = examples.SUBMIT_ANSWERS | {
    200: example(
        "The jobs are queued",
        "Submitted request to airflow",
        {"responses": [_RUN], "errors": [], "warnings": []},
    )
}
