"""The guide's examples, run by the published packages against the whole web server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from aind_data_transfer_service.client import Client

from ..running import running
from .guide import EMAIL, answers, examples, runnable

PROJECTS = ("Ephys Platform", "Brain Computer Interface", "MSMA Platform")

pytestmark = pytest.mark.service("published")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the service, in a process of its own, without a worker."""
    projects = [option for project in PROJECTS for option in ("--project-name", project)]
    with running(tmp_path_factory.mktemp("service"), "--no-worker", *projects) as url:
        yield url


class Examples:
    """Runs examples as a user would, and cancels what they asked for."""

    def __init__(self, guide: Path, python: str, url: str, folder: Path) -> None:
        self._programs = examples(guide)
        self._python = python
        self._url = url
        self._folder = folder
        self._job_ids: list[str] = []

    def answers(self, number: int) -> list[Any]:
        """Run the example of this number; return the bodies of its answers."""
        program = runnable(self._programs[number - 1], self._url)
        bodies = answers(self._python, program, self._folder)
        self._job_ids += [made["dag_run_id"] for made in bodies[-1]["data"]["responses"]]
        return bodies

    def job(self, number: int) -> dict[str, Any]:
        """Run the example of this number; return what is kept of the job it asked for."""
        (answer,) = self.answers(number)[-1]["data"]["responses"]
        assert answer["state"] == "queued"
        assert self._validated(answer["conf"]) == answer["conf"]
        with Client(self._url) as client:
            kept = client.job(answer["dag_run_id"])
        assert (kept.asset_name, kept.state) == (answer["conf"]["s3_prefix"], "queued")
        conf: dict[str, Any] = answer["conf"]
        return conf

    def _validated(self, conf: dict[str, Any]) -> Any:
        answer = httpx.post(f"{self._url}/api/v1/validate_json", json={"upload_jobs": [conf]})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["validated_model_json"]["upload_jobs"][0]

    def cancel(self) -> None:
        """Free the places of the jobs: two examples are for the same asset."""
        with Client(self._url) as client:
            for job_id in self._job_ids:
                client.cancel(job_id)


@pytest.fixture
def guide(
    request: pytest.FixtureRequest, service_url: str, server: str, tmp_path: Path
) -> Iterator[Examples]:
    run = Examples(request.config.getoption("--guide"), service_url, server, tmp_path)
    yield run
    run.cancel()


def _sources(job: dict[str, Any]) -> dict[str, str]:
    return {each["modality"]["abbreviation"]: each["source"] for each in job["modalities"]}


def test_1_a_session_with_metadata_files(guide: Examples) -> None:
    job = guide.job(1)
    folder = "/shared_drive/vr_foraging/690165/20240219T112517"
    assert job["s3_prefix"] == "behavior_690165_2024-02-19_11-25-17"
    assert (job["user_email"], job["email_notification_types"]) == (EMAIL, ["fail"])
    assert (job["project_name"], job["s3_bucket"]) == ("Ephys Platform", "private")
    assert _sources(job) == {
        "behavior": f"{folder}/Behavior",
        "behavior-videos": f"{folder}/Behavior videos",
    }
    assert job["metadata_dir"] == f"{folder}/Config"


def test_1_is_valid_before_it_is_submitted(guide: Examples) -> None:
    validated, submitted = guide.answers(1)
    assert validated["message"] == "Valid model"
    assert validated["data"]["validated_model_json"]["upload_jobs"] == [
        response["conf"] for response in submitted["data"]["responses"]
    ]


def test_2_session_settings_as_an_object(guide: Examples) -> None:
    job = guide.job(2)
    assert job["s3_prefix"] == "ecephys_655019_2000-01-01_01-11-41"
    assert "user_email" not in job
    assert list(_sources(job)) == ["ecephys"]
    settings = job["metadata_configs"]["session_settings"]["job_settings"]
    assert (
        settings.items()
        >= {
            "job_settings_name": "Bergamo",
            "input_source": "/allen/aind/scratch/svc_aind_upload/test_data_sets/bci/061022",
            "experimenter_full_name": ["John Apple"],
            "subject_id": "655019",
            "imaging_laser_wavelength": 920,
            "fov_imaging_depth": 200,
            "fov_targeted_structure": "Primary Motor Cortex",
            "notes": "test upload",
        }.items()
    )


def test_3_session_settings_in_a_file(guide: Examples) -> None:
    job = guide.job(3)
    assert job["s3_prefix"] == "ecephys_655019_2000-01-01_01-11-41"
    folder = "/allen/aind/scratch/svc_aind_upload/test_data_sets/bci"
    assert job["metadata_configs"]["session_settings"]["job_settings"] == {
        "user_settings_config_file": f"{folder}/test_bergamo_settings.json",
        "job_settings_name": "Bergamo",
    }


def test_4_pipelines_of_code_ocean(guide: Examples) -> None:
    job = guide.job(4)
    assert job["s3_prefix"] == "single-plane-ophys_731015_2024-10-23_15-30-39"
    assert set(_sources(job)) == {"pophys", "behavior", "behavior-videos"}
    wanted = job["codeocean_configs"]
    registration = wanted["register_data_settings"]
    assert registration["name"] == registration["mount"] == job["s3_prefix"]
    assert registration["tags"] == ["731015", "raw", "single-plane-ophys", "test"]
    (pipeline,) = wanted["pipeline_monitor_capsule_settings"]
    assert pipeline["run_params"] == {
        "pipeline_id": "87cbe6ce-9b38-4266-8d4a-62f0e23ba2d6",
        "data_assets": [{"id": "", "mount": "test_mount"}],
        "parameters": ["test"],
    }
    assert pipeline["capture_settings"]["tags"] == ["derived", "test-cap", "tag2"]
    assert pipeline["capture_settings"]["process_name_suffix"] == "test-capture"


def test_5_an_array_of_slurm_tasks(guide: Examples) -> None:
    job = guide.job(5)
    assert job["s3_prefix"] == "SmartSPIM_695464_2023-10-18_20-30-30"
    (modality,) = job["modalities"]
    assert modality["slurm_settings"] == {
        "array": "0-19",
        "environment": {},
        "open_mode": "append",
    }
    assert modality["compress_raw_data"] is True
