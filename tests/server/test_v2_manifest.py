from pathlib import Path

import httpx
import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import TaskState
from aind_data_transfer_service.settings import Settings

from .factories import Jobsite
from .web_client import WebClient

_MANIFEST = f"{'0' * 64}  behavior/data.csv\n"


def _uploaded(jobsite: Jobsite) -> str:
    job_id = jobsite.running(asset_name="a")
    jobsite.change_task(job_id, TaskId.UPLOAD_DATA_TO_S3, -1, TaskState.RUNNING)
    jobsite.change_task(job_id, TaskId.UPLOAD_DATA_TO_S3, -1, TaskState.SUCCESS)
    return job_id


def _get(web: WebClient, job_id: str, **headers: str) -> httpx.Response:
    return web.get(f"/api/v2/jobs/{job_id}/manifest", headers=headers)


def test_before_the_upload_there_is_none(web: WebClient, jobsite: Jobsite) -> None:
    for job_id, code in ((jobsite.queued(), "not_uploaded_yet"), ("nope", "job_unknown")):
        answer = _get(web, job_id)
        assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_the_manifest_of_the_upload(web: WebClient, jobsite: Jobsite, settings: Settings) -> None:
    job_id = _uploaded(jobsite)
    folder = settings.work_root / job_id
    folder.mkdir(parents=True)
    (folder / "manifest-sha256.txt").write_text(_MANIFEST)

    answer = _get(web, job_id)

    assert (answer.status_code, answer.text) == (200, _MANIFEST)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert _get(web, job_id, Range="bytes=0-3").text == "0000"


def test_the_manifest_kept_with_the_asset(web: WebClient, jobsite: Jobsite, tmp_path: Path) -> None:
    asset = tmp_path / "bucket" / "a"
    asset.mkdir(parents=True)
    (asset / "manifest-sha256.txt").write_text(_MANIFEST)

    assert _get(web, _uploaded(jobsite)).text == _MANIFEST


@pytest.mark.parametrize("bucket", [True, False])
def test_a_manifest_that_is_gone_is_said_to_be(
    web: WebClient, jobsite: Jobsite, tmp_path: Path, bucket: bool
) -> None:
    if bucket:
        (tmp_path / "bucket").mkdir()

    answer = _get(web, _uploaded(jobsite))

    assert answer.status_code == 404
    assert answer.json()["code"] == ("object_missing" if bucket else "bucket_missing")
