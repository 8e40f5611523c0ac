from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, Fault

from .code_ocean_job import ASSET, REGISTER, REGISTRATION, CodeOceanJob


@pytest.fixture
def fake() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


@pytest.fixture
def job(tmp_path: Path, fake: FakeCodeOcean) -> Iterator[CodeOceanJob]:
    job = CodeOceanJob(tmp_path, fake)
    yield job
    job.close()


def test_the_asset_is_registered_where_it_is_and_everyone_may_see_it(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    result = job.run(REGISTER, REGISTRATION)
    [asset] = fake.world.assets.values()
    assert result.state is ResultState.SUCCESS
    assert result.outputs == {
        "asset_id": asset["id"],
        "asset_name": ASSET,
        "existed": False,
        "links": [{"title": "Asset in Code Ocean", "url": f"{fake.url}/data-assets/{asset['id']}"}],
    }
    [created] = [asked.body for asked in fake.asked if asked.path == "data_assets"]
    assert created["source"]["aws"] == {
        **REGISTRATION["source"]["aws"],
        "endpoint_name": None,
        "use_input_bucket": None,
    }
    assert created["tags"] == ["690165", "ecephys", "raw"]
    assert created["custom_metadata"] == REGISTRATION["custom_metadata"]
    assert fake.world.permissions[asset["id"]]["everyone"] == "viewer"


def test_an_asset_that_is_there_is_taken_as_it_is(job: CodeOceanJob, fake: FakeCodeOcean) -> None:
    job.registered()
    result = job.run(REGISTER, REGISTRATION)
    assert (result.outputs["asset_id"], result.outputs["existed"]) == (job.asset_id, True)
    assert len(fake.world.assets) == 1


def test_an_asset_of_that_name_elsewhere_is_another_one(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    elsewhere = {"aws": {**REGISTRATION["source"]["aws"], "bucket": "other-bucket"}}
    fake.world.create_asset({**REGISTRATION, "source": elsewhere})
    result = job.run(REGISTER, REGISTRATION)
    assert result.outputs["existed"] is False
    assert len(fake.world.assets) == 2


def test_a_failed_asset_says_why_and_the_next_attempt_makes_another(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    fake.world.asset_failure = "access to the bucket was denied"
    failed = job.run(REGISTER, REGISTRATION)
    assert failed.error is not None
    assert (failed.error.code, failed.error.retryable) == ("asset_failed", False)
    assert "access to the bucket was denied" in failed.error.message
    fake.world.asset_failure = None
    again = job.run(REGISTER, REGISTRATION)
    assert (again.state, again.outputs["existed"]) == (ResultState.SUCCESS, False)
    assert len(fake.world.assets) == 2


def test_it_waits_as_long_as_it_takes_whatever_happens_meanwhile(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    fake.world.asset_looks = 5
    fake.fail(
        Fault("GET", "data_assets/.*", 502, times=2),
        Fault("GET", "data_assets/.*", 429),
        Fault("GET", "data_assets/.*"),
    )
    assert job.run(REGISTER, REGISTRATION).state is ResultState.SUCCESS
    assert fake.count("POST", "data_assets") == 1


def test_an_asset_deleted_meanwhile_is_said_and_made_anew(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    fake.world.asset_looks = -1
    attempt = job.begin(REGISTER, REGISTRATION)
    attempt.wait_until_asked("GET", "data_assets/.*")
    fake.world.assets.clear()
    result = attempt.end()
    assert result.error is not None
    assert result.error.code == "codeocean_not_found"
    fake.world.asset_looks = 0
    assert job.run(REGISTER, REGISTRATION).state is ResultState.SUCCESS


def test_a_cancelled_registration_leaves_the_asset(job: CodeOceanJob, fake: FakeCodeOcean) -> None:
    fake.world.asset_looks = -1
    attempt = job.begin(REGISTER, REGISTRATION)
    attempt.wait_until_asked("GET", "data_assets/.*")
    assert attempt.cancelled().state is ResultState.CANCELLED
    assert len(fake.world.assets) == 1


def test_without_a_token_it_says_so(job: CodeOceanJob) -> None:
    job.settings = job.settings.model_copy(update={"token": None})
    job.restart_worker()
    result = job.run(REGISTER, REGISTRATION)
    assert result.error is not None
    assert result.error.code == "settings_invalid"
    assert "codeocean.token" in result.error.message
