"""Asks for an upload as a V2 script does, with the published client's models.

    PYTHON v2_client.py SERVER SOURCE METADATA

Validates and submits, and prints both answers as JSON. Runs with the published package, not ours.
"""

import importlib
import json
import sys
from datetime import datetime
from typing import Any

import requests

core: Any = importlib.import_module("aind_data_transfer_service.models.core")
modalities: Any = importlib.import_module("aind_data_schema_models.modalities")


def request(source: str, metadata: str) -> Any:
    behavior = modalities.Modality.BEHAVIOR
    job = core.UploadJobConfigsV2(
        job_type="default",
        project_name="Behavior Platform",
        modalities=[behavior],
        subject_id="690165",
        acq_datetime=datetime(2024, 2, 19, 11, 25, 17),  # noqa: DTZ001 - as the guide's
        s3_bucket="private",
        tasks={
            "modality_transformation_settings": {
                behavior.abbreviation: core.Task(job_settings={"input_source": source})
            },
            "gather_preliminary_metadata": core.Task(job_settings={"metadata_dir": metadata}),
        },
    )
    return core.SubmitJobRequestV2(
        user_email="lab@example.org", email_notification_types=["all"], upload_jobs=[job]
    )


def main() -> None:
    server, source, metadata = sys.argv[1:]
    content = json.loads(request(source, metadata).model_dump_json(exclude_none=True))
    for route in ("validate_json", "submit_jobs"):
        answer = requests.post(f"{server}/api/v2/{route}", json=content, timeout=60)
        shown = {"status": answer.status_code, "asked": content, **answer.json()}
        sys.stdout.write(json.dumps(shown) + "\n")


if __name__ == "__main__":
    main()
