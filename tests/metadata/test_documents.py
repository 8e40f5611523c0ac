"""What is written is, value for value, what aind-data-schema 1.4.0 writes for the same facts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan, TaskPlan
from aind_data_transfer_service.metadata.data_description import creation_time, data_description
from aind_data_transfer_service.metadata.files import KNOWN_FILES, parse_document, write_form
from aind_data_transfer_service.metadata.processing import Transform, processing

WRITTEN = Path(__file__).parent / "written_by_aind_data_schema"


def written(name: str) -> Any:
    return json.loads((WRITTEN / name).read_bytes())


def plan() -> JobPlan:
    return JobPlan(
        asset_name="ecephys_690165_2024-02-19_11-25-17",
        bucket="private",
        storage_url="s3://bucket",
        project_name="Ephys Platform",
        platform="ecephys",
        platform_name="Electrophysiology platform",
        subject_id="690165",
        acq_datetime="2024-02-19T11:25:17",
        job_type="default",
        modalities=tuple(
            ModalityPlan(name=name, abbreviation=abbreviation, source="/s", compress=False)
            for name, abbreviation in (
                ("Extracellular electrophysiology", "ecephys"),
                ("Behavior videos", "behavior-videos"),
            )
        ),
        tasks=(TaskPlan(task_id=TaskId.UPLOAD_DATA_TO_S3),),
        request={},
    )


def test_the_data_description_is_the_schemas() -> None:
    assert data_description(plan(), {}) == written("data_description.json")


def test_processing_is_the_schemas() -> None:
    done = Transform(
        input_location="/share/ecephys",
        output_location="s3://bucket/ecephys_690165_2024-02-19_11-25-17/ecephys",
        started=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        ended=datetime(2026, 1, 2, 4, 4, 5, 250_000, tzinfo=UTC),
        parameters={"codec": "pcodec", "level": 8},
        outputs={"source_bytes": 200, "stored_bytes": 100},
        notes="Lossless compression of ecephys, decoded and compared with the source.",
    )
    assert processing("2.0.0", [done]) == written("processing.json")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-02-19T11:25:17", "2024-02-19T11:25:17Z"),
        ("2024-02-19 11:25:17", "2024-02-19T11:25:17Z"),
        ("2024-02-19T11:25:17Z", "2024-02-19T11:25:17Z"),
        ("2024-02-19T11:25:17-08:00", "2024-02-19T11:25:17-08:00"),
    ],
)
def test_the_digits_of_the_acquisition_time_stay_as_they_are(given: str, expected: str) -> None:
    assert creation_time(given) == expected


def test_a_document_is_read_as_it_was_written() -> None:
    document = {"name": "µ", "list": [1, 2.5, None, {"a": True}]}
    assert parse_document(Path("x.json"), write_form(document)) == document


def test_the_nine_files_of_an_asset_are_known() -> None:
    assert len(set(KNOWN_FILES)) == 9
