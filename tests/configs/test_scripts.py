"""Scripts that were written for the former package."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel

from aind_data_transfer_service.configs.job_configs import (
    BasicUploadJobConfigs,
    CodeOceanPipelineMonitorConfigs,
    GatherMetadataJobSettings,
    ModalityConfigs,
    SubmitJobRequest,
    V0036JobProperties,
)
from aind_data_transfer_service.configs.platforms_v1 import Platform
from aind_data_transfer_service.wire.v1 import normalise, parse_request


def build(**members: Any) -> SubmitJobRequest:
    """Build a request as the guide's scripts do."""
    job = BasicUploadJobConfigs(
        project_name="Ephys Platform",
        s3_bucket=members.pop("s3_bucket", "private"),
        platform=members.pop("platform", Platform.ECEPHYS),
        subject_id="655019",
        acq_datetime=datetime(2000, 1, 1, 1, 11, 41),  # noqa: DTZ001 - scripts give local time
        modalities=[
            ModalityConfigs(
                modality=members.pop("modality", "ecephys"),
                source=PurePosixPath("/data/ecephys"),
                slurm_settings=members.pop("slurm_settings", None),
            )
        ],
        **members,
    )
    return SubmitJobRequest(upload_jobs=[job], user_email="my.name@example.org")


def test_a_request_built_from_objects_is_what_the_server_reads() -> None:
    built = build()

    posted = json.loads(built.model_dump_json(round_trip=True, exclude_none=True))

    assert normalise(parse_request(posted)) == normalise(built)
    job = built.upload_jobs[0]
    assert job.s3_prefix == "ecephys_655019_2000-01-01_01-11-41"
    assert job.modalities[0].source == PurePosixPath("/data/ecephys")
    assert job.user_email == "my.name@example.org"


def test_our_own_objects_are_taken() -> None:
    built = build(
        slurm_settings=V0036JobProperties(environment={}, time_limit=5),
        metadata_configs=GatherMetadataJobSettings(metadata_service_domain="http://x"),
        codeocean_configs=CodeOceanPipelineMonitorConfigs(job_type="x"),
    )

    job = normalise(built)["upload_jobs"][0]
    assert job["modalities"][0]["slurm_settings"]["time_limit"] == 5
    assert job["metadata_configs"]["metadata_service_domain"] == "http://x"
    assert job["codeocean_configs"]["job_type"] == "x"


class _TheirTerm(BaseModel):
    name: str
    abbreviation: str


class _TheirSlurm(BaseModel):
    environment: dict[str, str] = {}
    qos: str = "dev"


class _TheirBucket(StrEnum):
    OPEN = "open"


@dataclass
class _TheirRunParams:
    capsule_id: str
    pipeline_id: str | None = None


def test_objects_of_the_published_packages_are_taken() -> None:
    built = build(
        platform=_TheirTerm(name="Behavior platform", abbreviation="behavior"),
        modality=_TheirTerm(name="Behavior", abbreviation="behavior"),
        s3_bucket=_TheirBucket.OPEN,
        slurm_settings=_TheirSlurm(),
        codeocean_configs={
            "pipeline_monitor_capsule_settings": [{"run_params": _TheirRunParams("c")}]
        },
    )

    job = normalise(built)["upload_jobs"][0]
    assert job["s3_bucket"] == "open"
    assert job["s3_prefix"].startswith("behavior_")
    assert job["modalities"][0]["slurm_settings"]["qos"] == "dev"
    pipeline = job["codeocean_configs"]["pipeline_monitor_capsule_settings"][0]
    assert pipeline["run_params"] == {"capsule_id": "c"}


def test_all_platforms_have_a_name_in_scripts() -> None:
    assert len(Platform.ALL) == 16
    named = {value for value in vars(Platform).values() if value in Platform.ALL}
    assert named == set(Platform.ALL)
    assert Platform.from_abbreviation("SmartSPIM") is Platform.SMARTSPIM


def test_importing_the_models_loads_nothing_of_the_server() -> None:
    heavy = ["boto3", "dbos", "fastapi", "httpx", "numpy", "pydantic_settings", "sqlalchemy"]
    script = (
        "import sys; import aind_data_transfer_service.configs.job_configs;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
