"""The guide's examples from the post to the asset, on a service with all that it can have.

Slurm and S3 are real, and so are the tools that gather and check the metadata. The metadata service
and Code Ocean are stand-ins.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.client import Client
from aind_data_transfer_service.engine.services.views import JobDetail
from aind_data_transfer_service.testing import extractor_sessions

from . import share
from .guide import EMAIL
from .whole_site import RESULTS_BUCKET, Asset, Site, executors, tasks_of, whole_site

pytestmark = [
    pytest.mark.service("published", "slurm", "swift", "metadata-tools"),
    pytest.mark.timeout(900),  # the mapper's imports alone take a minute on a busy machine
]

RECORD = "metadata.nd.json"
MANIFEST = "manifest-sha256.txt"
WRITTEN = {"data_description.json", "subject.json", "procedures.json", "processing.json"}
"""What the service writes for every session that brings no metadata."""


@pytest.fixture
def site(
    request: pytest.FixtureRequest, service_urls: dict[str, str], tmp_path: Path
) -> Iterator[Site]:
    with whole_site(tmp_path, service_urls, request.config.getoption("--guide")) as site:
        yield site


def arrived(site: Site, job: JobDetail) -> Asset:
    """Return a job's asset, which is whole, recorded and registered, and nothing is left behind."""
    asset = site.asset(job)
    report = site.verify(job)
    assert report["good"]
    assert report["files"] == report["read_back"] == len(asset.objects.keys() - {MANIFEST})
    assert report["unexpected_objects"] == 0
    record = asset.documents[RECORD]
    assert (record["name"], f"{record['location']}/") == (job.asset_name, job.location)
    for name in asset.documents.keys() - {RECORD}:
        assert holds(record[name.removesuffix(".json")], asset.documents[name])
    assert asset.documents["data_description.json"]["name"] == job.asset_name
    registered(site, job)
    staging = site.folder / "home" / "staging"
    assert list(staging.iterdir()) == []
    return asset


def holds(larger: Any, smaller: Any) -> bool:
    """Whether all that a JSON document says, at every level, another says as well."""
    if isinstance(smaller, dict):
        return all(name in larger and holds(larger[name], smaller[name]) for name in smaller)
    if isinstance(smaller, list):
        return len(larger) == len(smaller) and all(map(holds, larger, smaller))
    return bool(larger == smaller)


def registered(site: Site, job: JobDetail) -> dict[str, Any]:
    """Return what Code Ocean was asked to register, which is the asset where it lies."""
    (first, *_) = [asked.body for asked in site.code_ocean.asked if asked.path == "data_assets"]
    body: dict[str, Any] = first
    assert body["name"] == body["mount"] == job.asset_name
    assert set(body["tags"]) >= {"raw", job.platform, job.subject_id}
    assert body["custom_metadata"] == {
        "data level": "raw",
        "experiment type": job.platform,
        "subject id": job.subject_id,
    }
    place = {"bucket": site.bucket.name, "prefix": job.asset_name}
    kept = {"keep_on_external_storage": True, "public": False}
    assert holds(body["source"]["aws"], place | kept)
    (task,) = tasks_of(job, "register_data_asset")
    assert task.outputs is not None
    asset_id = task.outputs["asset_id"]
    assert site.code_ocean.world.permissions[asset_id]["everyone"] == "viewer"
    return body


def test_1_a_session_with_metadata_files(site: Site) -> None:
    share.foraging_session(site.share)
    job = site.succeed(site.program(1))
    asset = arrived(site, job)
    assert job.asset_name == "behavior_690165_2024-02-19_11-25-17"
    assert executors(job, "compress_data") == ["local", "local"]
    assert site.slurm_jobs(job) == []
    assert asset.objects.keys() >= {
        "behavior/trials.csv",
        "behavior-videos/BodyCamera/video.mp4",
        "behavior-videos/FaceCamera/metadata.csv",
    }
    assert asset.documents.keys() == WRITTEN | {"rig.json", "session.json", RECORD}
    assert set(asset.verdicts.valid) == WRITTEN | {"rig.json"}
    assert "newer" in asset.verdicts.unchecked["session.json"]
    assert asset.verdicts.problems == {}
    assert site.mails() == []  # it wants to be told of failures only


def test_1_tells_of_a_folder_that_is_missing_and_goes_on_when_it_is_there(site: Site) -> None:
    folder = share.foraging_session(site.share)
    videos = (folder / "Behavior videos").rename(site.folder / "elsewhere")
    job = site.end(site.submit(site.program(1)))
    assert job.state == "failed"
    assert job.error is not None
    assert job.error["code"] == "sources_unusable"
    (mail,) = site.wait_for_mails(1)
    assert (mail["To"], job.asset_name in mail["Subject"]) == (EMAIL, True)
    body = mail.get_body(("plain",))
    assert body is not None
    assert str(folder / "Behavior videos") in body.get_content()
    videos.rename(folder / "Behavior videos")
    with Client(site.url) as client:
        client.retry(job.job_id)
    arrived(site, site.end(job.job_id))
    assert len(site.mails()) == 1


def with_a_bergamo_session(site: Site, job: JobDetail) -> None:
    """Check an asset with a recording, and the session that was gathered from a microscope's."""
    asset = arrived(site, job)
    assert job.asset_name == "ecephys_655019_2000-01-01_01-11-41"
    assert executors(job, "compress_data") == ["slurm"]
    assert len(site.slurm_jobs(job)) == 1
    assert any(name.startswith("ecephys/ecephys_compressed/") for name in asset.objects)
    assert asset.documents.keys() == WRITTEN | {"session.json", RECORD}
    session = asset.documents["session.json"]
    assert session["experimenter_full_name"] == extractor_sessions.EXPERIMENTERS
    assert session["subject_id"] == "655019"
    assert session["notes"] == "test upload"
    assert session["data_streams"] != []
    assert set(asset.verdicts.valid) == WRITTEN
    # The mapper leaves the exposure times of Bergamo's detectors out.
    assert asset.verdicts.problems.keys() == {"session.json"}
    assert all("exposure_time" in one for one in asset.verdicts.problems["session.json"])
    (step,) = asset.documents["processing.json"]["processing_pipeline"]["data_processes"]
    assert (step["name"], step["output_location"]) == ("Compression", f"{job.location}ecephys")


def test_2_and_3_session_settings_as_an_object_and_in_a_file(site: Site) -> None:
    """Both are for the same asset: the third goes over what the second brought only if told to."""
    share.recording_with_a_microscope(site.share)
    with_a_bergamo_session(site, site.succeed(site.program(2)))
    refused = site.end(site.submit(site.program(3)))
    assert refused.error is not None
    assert refused.error["code"] == "asset_exists"
    place = "s3_bucket=s3_bucket,"
    again = site.program(3).replace(place, f"{place} force_cloud_sync=True,")
    with_a_bergamo_session(site, site.succeed(again))


def test_4_pipelines_of_code_ocean(site: Site) -> None:
    share.imaging_session(site.share)
    job = site.succeed(site.program(4))
    asset = arrived(site, job)
    assert job.asset_name == "single-plane-ophys_731015_2024-10-23_15-30-39"
    assert {name.partition("/")[0] for name in asset.objects if "/" in name} == {
        "pophys",
        "behavior",
        "behavior-videos",
    }
    assert set(asset.verdicts.valid) == WRITTEN
    assert asset.verdicts.problems == {}
    assert "test" in registered(site, job)["tags"]
    world = site.code_ocean.world
    (run,) = world.runs.values()
    (registration,) = tasks_of(job, "register_data_asset")
    assert registration.outputs is not None
    raw = world.assets[registration.outputs["asset_id"]]
    assert run["asked"]["pipeline_id"] == "87cbe6ce-9b38-4266-8d4a-62f0e23ba2d6"
    assert run["asked"]["data_assets"] == [{"id": raw["id"], "mount": "test_mount"}]
    assert run["asked"]["parameters"] == ["test"]
    (captured,) = [kept for kept in world.assets.values() if kept is not raw]
    assert captured["name"].startswith(f"{job.asset_name}_test-capture_")
    assert set(captured["tags"]) >= {"derived", "test-cap", "tag2"}
    assert captured["source_bucket"]["bucket"] == RESULTS_BUCKET
    assert captured["provenance"] == {"computation": run["id"]}
    assert executors(job, "run_codeocean_pipeline") == ["polling"]


def test_5_an_array_of_slurm_tasks(site: Site) -> None:
    share.smartspim_session(site.share)
    job = site.succeed(site.program(5))
    asset = arrived(site, job)
    assert job.asset_name == "SmartSPIM_695464_2023-10-18_20-30-30"
    assert executors(job, "compress_data") == ["slurm"] * 20
    names = site.slurm_jobs(job)
    assert (len(names), len(set(names))) == (20, 1)  # one array of 20 elements
    stacks = {name.partition(".ome.zarr/")[0] for name in asset.objects if name.endswith(".zattrs")}
    assert len(stacks) == 60
    assert asset.documents.keys() == WRITTEN | {RECORD, "acquisition.json"}
    assert set(asset.verdicts.valid) == WRITTEN
    assert asset.verdicts.problems == {}
    assert asset.verdicts.unchecked.keys() == {"acquisition.json"}  # newer than the library
