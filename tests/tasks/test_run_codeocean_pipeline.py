import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.tasks.spec import ResultState, TaskResult
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, Fault, RunScript

from .code_ocean_job import ASSET, RUN, CodeOceanJob, capturing, run_settings

HELD = RunScript(looks=-1)


@pytest.fixture
def fake() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


@pytest.fixture
def job(tmp_path: Path, fake: FakeCodeOcean) -> Iterator[CodeOceanJob]:
    job = CodeOceanJob(tmp_path, fake).registered()
    yield job
    job.close()


def asked(fake: FakeCodeOcean, path: str) -> list[Any]:
    """Return what was sent to one route, in order, without nulls."""
    bodies = [each.body for each in fake.asked if (each.method, each.path) == ("POST", path)]
    return [_without_nulls(body) for body in bodies]


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {k: _without_nulls(v) for k, v in value.items() if v is not None}
        case list():
            return [_without_nulls(item) for item in value]
    return value


def captured_name(fake: FakeCodeOcean) -> str:
    [params] = asked(fake, "data_assets")
    return str(params["name"])


def code(result: TaskResult) -> str:
    assert result.error is not None
    return result.error.code


class TestRun:
    def test_empty_ids_are_the_registered_asset_and_nothing_is_captured_unless_wanted(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        result = job.run(RUN, run_settings())
        assert result.state is ResultState.SUCCESS
        assert asked(fake, "computations") == [
            {
                "pipeline_id": "pipeline-1",
                "data_assets": [{"id": job.asset_id, "mount": "data"}],
                "parameters": ["a"],
            }
        ]
        [run] = fake.world.runs
        page = f"{fake.url}/capsule/slug-of-pipeline-1/tree"
        assert result.outputs == {
            "run_id": run,
            "links": [{"title": f"Run {run} in Code Ocean", "url": page}],
            "run": "state completed, end status succeeded, exit code 0",
        }
        assert asked(fake, "data_assets") == []

    def test_ids_that_are_given_stay(self, job: CodeOceanJob, fake: FakeCodeOcean) -> None:
        other = fake.world.create_asset(
            {"name": "o", "tags": ["t"], "mount": "o", "source": {"aws": {"bucket": "b"}}}
        )["id"]
        inputs = [{"id": other, "mount": "x"}, {"id": "", "mount": "y"}]
        job.run(RUN, run_settings(run_params={"capsule_id": "c", "data_assets": inputs}))
        [params] = asked(fake, "computations")
        assert [each["id"] for each in params["data_assets"]] == [other, job.asset_id]

    def test_the_link_is_shown_while_it_runs(self, job: CodeOceanJob, fake: FakeCodeOcean) -> None:
        fake.world.scripts = [HELD]
        attempt = job.begin(RUN, run_settings())
        attempt.wait_until_asked("GET", "computations/.*", times=2)
        assert attempt.outputs["links"][0]["url"].endswith("slug-of-pipeline-1/tree")
        [run] = fake.world.runs
        fake.world.finish(run)
        attempt.end()

    def test_a_run_goes_on_without_a_link_where_the_page_is_not_known(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.fail(Fault("GET", "pipelines/pipeline-1", 500))
        result = job.run(RUN, run_settings())
        assert result.outputs["links"][0]["url"] == fake.url

    def test_a_bad_end_says_how_and_what_was_printed_last_and_a_retry_runs_anew(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        printed = b"\n".join(b"line %d" % number for number in range(2000)) + b"\nno such file"
        fake.world.scripts = [RunScript(exit_code=1, results={"output": printed})]
        result = job.run(RUN, capturing())
        assert code(result) == "codeocean_run_failed"
        assert result.error is not None
        assert "exit code 1" in result.error.message
        assert result.error.message.endswith("line 1999\nno such file")
        assert not result.error.retryable
        assert asked(fake, "data_assets") == []
        assert job.run(RUN, capturing()).state is ResultState.SUCCESS
        assert fake.count("POST", "computations") == 2

    def test_a_run_somebody_deleted_is_said(self, job: CodeOceanJob, fake: FakeCodeOcean) -> None:
        fake.world.scripts = [HELD]
        attempt = job.begin(RUN, run_settings())
        attempt.wait_until_asked("GET", "computations/.*")
        fake.world.delete_run(next(iter(fake.world.runs)))
        result = attempt.end()
        assert code(result) == "codeocean_run_failed"
        assert result.error is not None
        assert "somebody has deleted it" in result.error.message

    def test_a_run_that_takes_too_long_is_stopped(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.scripts = [HELD]
        rarely = {"computation_polling_interval": 3600.0, "computation_timeout": 0.3}
        result = job.run(RUN, run_settings(**rarely))
        assert code(result) == "codeocean_run_timed_out"
        assert len(fake.world.deleted_runs) == 1
        assert fake.world.runs == {}

    def test_two_elements_that_are_alike_have_a_run_each(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.scripts = [HELD, HELD]
        fake.fail(Fault("POST", "computations", None, carried_out=True, times=2))
        attempts = [job.begin(RUN, run_settings(), index=index) for index in range(2)]
        attempts[0].until(lambda: len(fake.world.runs) + len(job.poll_all(attempts)) == 4)
        for run in list(fake.world.runs):
            fake.world.finish(run)
        runs = {attempt.end().outputs["run_id"] for attempt in attempts}
        assert runs == set(fake.world.runs)
        assert len(runs) == 2

    def test_a_monitor_capsule_is_given_the_settings_and_captures_itself(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        settings = capturing() | {"pipeline_monitor_capsule_id": "monitor"}
        assert job.run(RUN, settings).state is ResultState.SUCCESS
        [params] = asked(fake, "computations")
        assert params.keys() == {"capsule_id", "parameters"}
        assert params["capsule_id"] == "monitor"
        told = json.loads(params["parameters"][0])
        assert told["run_params"]["data_assets"] == [{"id": job.asset_id, "mount": "data"}]
        assert told["capture_settings"]["process_name_suffix"] == "sorted"
        assert "pipeline_monitor_capsule_id" not in told
        assert asked(fake, "data_assets") == []


class TestCancel:
    def test_the_run_is_stopped(self, job: CodeOceanJob, fake: FakeCodeOcean) -> None:
        fake.world.scripts = [HELD]
        attempt = job.begin(RUN, run_settings())
        attempt.wait_until_asked("GET", "computations/.*")
        [run] = fake.world.runs
        assert attempt.cancelled().state is ResultState.CANCELLED
        assert fake.world.deleted_runs == [run]

    def test_a_run_whose_start_was_not_answered_is_found_and_stopped(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.scripts = [HELD]
        fake.fail(Fault("POST", "computations", None, carried_out=True))
        fake.fail(Fault("GET", "pipelines/pipeline-1/computations", 200, carried_out=True))
        fake.fail(Fault("GET", "pipelines/pipeline-1/computations", 503, times=1))
        attempt = job.begin(RUN, run_settings())
        attempt.wait_until_asked("GET", "pipelines/pipeline-1/computations", times=2)
        assert attempt.cancelled().state is ResultState.CANCELLED
        assert len(fake.world.deleted_runs) == 1

    def test_a_run_that_has_ended_keeps_its_results(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.asset_looks = -1
        attempt = job.begin(RUN, capturing())
        attempt.wait_until_asked("GET", "data_assets/.*")
        assert attempt.cancelled().state is ResultState.CANCELLED
        assert fake.world.deleted_runs == []
        fake.world.asset_looks = 0


class TestCapture:
    def test_results_become_an_asset_named_by_input_suffix_and_time(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        result = job.run(RUN, capturing(target={"aws": {"bucket": "results"}}))
        [params] = asked(fake, "data_assets")
        name = params["name"]
        assert re.fullmatch(rf"{ASSET}_sorted_\d{{4}}-\d\d-\d\d_\d\d-\d\d-\d\d", name)
        [run] = fake.world.runs
        assert params == {
            "name": name,
            "mount": name,
            "tags": ["derived"],
            "source": {"computation": {"id": run}},
            "target": {"aws": {"bucket": "results", "prefix": name}},
        }
        assert result.outputs["captured_as"] == name
        captured = result.outputs["captured_asset_id"]
        assert fake.world.permissions[captured]["everyone"] == "viewer"
        assert result.outputs["links"][1]["url"].endswith(f"/data-assets/{captured}")

    def test_a_given_name_and_mount_win(self, job: CodeOceanJob, fake: FakeCodeOcean) -> None:
        fake.world.scripts = [RunScript(results={"data_description.json": described()})]
        job.run(RUN, capturing(name="mine", mount="here"))
        [params] = asked(fake, "data_assets")
        assert (params["name"], params["mount"]) == ("mine", "here")

    def test_the_results_name_themselves_if_they_are_derived(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.scripts = [RunScript(results={"data_description.json": described()})]
        job.run(RUN, capturing())
        assert captured_name(fake) == f"{ASSET}_x_2025-01-01_00-00-00"

    @pytest.mark.parametrize(
        "content",
        [
            b'{"name": "nothing like it", "data_level": "derived"}',
            json.dumps({"name": f"{ASSET}_x_2025-01-01_00-00-00", "data_level": "raw"}).encode(),
            b'{"name": null}',
            b"[]",
            b"\xff not JSON",
        ],
    )
    def test_results_that_do_not_name_derived_data_get_the_usual_name(
        self, job: CodeOceanJob, fake: FakeCodeOcean, content: bytes
    ) -> None:
        fake.world.scripts = [RunScript(results={"data_description.json": content})]
        job.run(RUN, capturing())
        assert captured_name(fake).startswith(f"{ASSET}_sorted_")

    def test_the_time_in_the_name_is_that_of_the_zone(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        for index, zone in enumerate(("Etc/GMT+12", "Etc/GMT-14")):
            job.run(RUN, capturing(process_name_suffix_tz=zone), index=index)
        days = [params["name"][-19:-9] for params in asked(fake, "data_assets")]
        assert days[0] != days[1]  # more than a day lies between them

    def test_the_first_input_gives_the_name(self, job: CodeOceanJob, fake: FakeCodeOcean) -> None:
        place = {"aws": {"bucket": "b"}}
        params = {"name": "other", "tags": ["t"], "mount": "o", "source": place}
        other = fake.world.create_asset(params)["id"]
        inputs = [{"id": other}, {"id": ""}]
        run = {"run_params": {"capsule_id": "c", "data_assets": inputs}}
        job.run(RUN, capturing() | run)
        assert captured_name(fake).startswith("other_sorted_")

    def test_a_failed_asset_says_why_and_a_retry_runs_nothing_again(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.asset_failure = "the results are too large"
        result = job.run(RUN, capturing())
        assert code(result) == "asset_failed"
        assert result.error is not None
        assert "the results are too large" in result.error.message
        fake.world.asset_failure = None
        assert job.run(RUN, capturing()).state is ResultState.SUCCESS
        assert fake.count("POST", "computations") == 1

    def test_an_asset_that_is_not_ready_in_time_is_waited_for_again_by_a_retry(
        self, job: CodeOceanJob, fake: FakeCodeOcean
    ) -> None:
        fake.world.asset_looks = -1
        result = job.run(RUN, capturing() | {"data_asset_ready_timeout": 0.1})
        assert code(result) == "capture_timed_out"
        [captured] = [asset for asset in fake.world.assets if asset != job.asset_id]
        fake.world.finish(captured)
        again = job.run(RUN, capturing() | {"data_asset_ready_timeout": 10.0})
        assert again.outputs["captured_asset_id"] == captured


def described() -> bytes:
    """Return how results describe themselves."""
    name = f"{ASSET}_x_2025-01-01_00-00-00"
    return json.dumps({"name": name, "data_level": "derived"}).encode()
