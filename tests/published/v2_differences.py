"""Where V2 requests are answered otherwise than by the published models, on purpose."""

from typing import Any

from ..wire.v2.samples import job
from .disagreements import Difference
from .v2_requests import ADDRESS

_TASKS = r"upload_jobs\[\]\.tasks value_error: Value error, "


def _request(*jobs: dict[str, Any]) -> dict[str, Any]:
    return {"user_email": ADDRESS, "upload_jobs": list(jobs)}


DIFFERENCES = [
    Difference(
        "A `subject_id` that cannot be part",
        "refused here",
        r"upload_jobs\[\]\.subject_id name_part_invalid",
        _request(job(subject_id="a b")),
    ),
    Difference(
        "The same modality twice in a job",
        "refused here",
        r"upload_jobs\[\]\.modalities\[\] modality_repeated",
        _request(job(modalities=[{"abbreviation": "ecephys"}] * 2)),
    ),
    Difference(
        "A request without `user_email`",
        "accepted here",
        r" value_error: Value error, No user_email set",
        {"upload_jobs": [job()]},
    ),
    Difference(
        "Up to 1,000 jobs in one request",
        "accepted here",
        r"upload_jobs too_long",
        _request(*(job(subject_id=str(number)) for number in range(51))),
    ),
    Difference(
        "A platform or a modality as text",
        "accepted here",
        r"upload_jobs\[\]\.(platform|modalities\[\]) model_attributes_type",
        _request(job(platform="ecephys", modalities=["ecephys"])),
    ),
    Difference(
        "The modality `slap`",
        "accepted here",
        rf"upload_jobs\[\]\.modalities\[\] union_tag_invalid: Input tag 'slap'|{_TASKS}Key slap ",
        _request(job(modalities=[{"abbreviation": "slap"}])),
    ),
    Difference(
        "Settings by modality that are empty",
        "accepted here",
        rf"{_TASKS}\w+_settings must be a dictionary of modality",
        _request(job(tasks={"modality_transformation_settings": {"ecephys": {}}})),
    ),
]
