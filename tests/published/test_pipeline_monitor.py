"""Our runs in Code Ocean ask it for the same as the published pipeline monitor's."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, RunScript

from ..tasks.code_ocean_job import ASSET, RUN, CodeOceanJob, capturing, run_settings

pytestmark = pytest.mark.service("published-monitor")

MONITOR = Path(__file__).with_name("monitor.py")
TIME = r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d"
DERIVED = json.dumps({"name": f"{ASSET}_x_2025-01-01_00-00-00", "data_level": "derived"}).encode()
RAW = json.dumps({"name": f"{ASSET}_x_2025-01-01_00-00-00", "data_level": "raw"}).encode()
ODD = json.dumps({"name": "odd", "data_level": "derived"}).encode()

METADATA = {"custom_metadata": {"data level": "derived"}, "description": "d"}
NAMED = {"named_parameters": [{"param_name": "n", "value": "1"}], "version": 2}

SETTINGS = {
    "not captured": run_settings(),
    "captured": capturing(),
    "captured to a bucket": capturing(target={"aws": {"bucket": "results"}}),
    "with a name and a mount": capturing(name="mine", mount="here"),
    "with metadata": capturing(**METADATA, permissions={"everyone": "none", "share_assets": True}),
    "a capsule": capturing()
    | {"run_params": {"capsule_id": "c", "data_assets": [{"id": ""}], **NAMED}},
}


@pytest.fixture
def python(service_url: str) -> str:
    return service_url


class Site:
    """One Code Ocean with a registered asset."""

    def __init__(self, folder: Path, fake: FakeCodeOcean, script: RunScript) -> None:
        fake.world.asset_looks = 0
        fake.world.scripts = [script]
        self.fake = fake
        self.job = CodeOceanJob(folder, fake).registered()

    def by_us(self, settings: dict[str, Any]) -> ResultState:
        result = self.job.run(RUN, settings)
        self.job.close()
        return result.state

    def by_monitor(self, python: str, settings: dict[str, Any]) -> ResultState:
        text = json.dumps(settings).replace('"id": ""', f'"id": "{self.job.asset_id}"')
        return self.monitored(python, json.loads(text) | polls())

    def monitored(self, python: str, settings: dict[str, Any]) -> ResultState:
        self.job.close()
        command = (python, str(MONITOR), self.fake.url, self.fake.token)
        done = subprocess.run(
            command, input=json.dumps(settings), capture_output=True, text=True, check=False
        )
        if done.returncode:
            assert "The computation had an error" in done.stderr, done.stderr
        return ResultState.FAILED if done.returncode else ResultState.SUCCESS

    def changes(self) -> list[Any]:
        """Return what it was asked to change, without nulls and times."""
        kept = re.compile(r"computations|data_assets|data_assets/[^/]+/permissions")
        asked = [(a.path, a.body) for a in self.fake.asked if a.method == "POST"]
        text = json.dumps([_without_nulls(each) for each in asked if kept.fullmatch(each[0])])
        return list(json.loads(re.sub(rf"sorted_{TIME}", "sorted_TIME", text)))


def polls() -> dict[str, float]:
    """Return the shortest intervals that the package takes; nothing is looked at twice here."""
    return {"computation_polling_interval": 5, "data_asset_ready_polling_interval": 5}


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {k: _without_nulls(v) for k, v in value.items() if v is not None}
        case list() | tuple():
            return [_without_nulls(item) for item in value]
    return value


@pytest.fixture
def ours() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


@pytest.fixture
def theirs() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


def compared(
    tmp_path: Path,
    fakes: tuple[FakeCodeOcean, FakeCodeOcean],
    python: str,
    settings: dict[str, Any],
    script: RunScript,
) -> list[Any]:
    """Do a run both ways; return what was asked for, which is the same."""
    our_site = Site(tmp_path / "ours", fakes[0], script)
    their_site = Site(tmp_path / "theirs", fakes[1], script)
    assert our_site.by_us(settings) is their_site.by_monitor(python, settings)
    assert our_site.changes() == their_site.changes()
    return our_site.changes()


@pytest.mark.parametrize("name", SETTINGS)
def test_the_same_is_asked_for(
    tmp_path: Path, ours: FakeCodeOcean, theirs: FakeCodeOcean, python: str, name: str
) -> None:
    changes = compared(tmp_path, (ours, theirs), python, SETTINGS[name], RunScript(looks=0))
    assert len(changes) == (1 if name == "not captured" else 3)


@pytest.mark.parametrize("description", [DERIVED, RAW, ODD], ids=["derived", "raw", "odd"])
def test_results_are_named_the_same(
    tmp_path: Path, ours: FakeCodeOcean, theirs: FakeCodeOcean, python: str, description: bytes
) -> None:
    script = RunScript(looks=0, results={"data_description.json": description})
    assert compared(tmp_path, (ours, theirs), python, capturing(), script)


@pytest.mark.parametrize(
    "script",
    [
        RunScript(0, "failed", None, None),
        RunScript(0, end_status="failed"),
        RunScript(0, end_status="stopped"),
        RunScript(0, exit_code=1),
        RunScript(0, end_status=None, exit_code=None),
    ],
    ids=["failed", "end status failed", "stopped", "exit code", "nothing said"],
)
def test_the_same_ends_are_bad(
    tmp_path: Path, ours: FakeCodeOcean, theirs: FakeCodeOcean, python: str, script: RunScript
) -> None:
    assert compared(tmp_path, (ours, theirs), python, capturing(), script)


def test_a_monitor_capsule_can_read_what_it_is_given(
    tmp_path: Path, ours: FakeCodeOcean, theirs: FakeCodeOcean, python: str
) -> None:
    settings = capturing() | polls() | {"pipeline_monitor_capsule_id": "monitor"}
    our_site = Site(tmp_path / "ours", ours, RunScript(looks=0))
    assert our_site.by_us(settings) is ResultState.SUCCESS
    [(_, asked)] = our_site.changes()
    their_site = Site(tmp_path / "theirs", theirs, RunScript(looks=0))
    given = json.loads(asked["parameters"][0])
    assert their_site.monitored(python, given) is ResultState.SUCCESS
    assert len(their_site.changes()) == 3
