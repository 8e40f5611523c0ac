"""What every `Registry` must do; each adapter's tests subclass `RegistryTests`.

The adapter speaks to a fake Code Ocean, whose world the tests arrange.
"""

from abc import abstractmethod
from typing import Any

import pytest

from ..errors import TransferError
from ..ports.registry import (
    Asset,
    AssetState,
    NotInRegistry,
    Registry,
    RegistryBusy,
    RegistryRefused,
    RegistryRejected,
    RegistryUnavailable,
)
from .code_ocean import FakeCodeOcean, Fault, RunScript

_NAME = "behavior_1_2024-02-19_11-25-17"


def asset_params(**changes: Any) -> dict[str, Any]:
    """Return what an asset in a bucket is registered with."""
    place = {"bucket": "real-bucket", "prefix": _NAME, "keep_on_external_storage": True}
    return {
        "name": _NAME,
        "tags": ["raw", "1"],
        "mount": _NAME,
        "source": {"aws": {**place, "public": False}},
        **changes,
    }


class RegistryTests:
    """The port's promises."""

    @pytest.fixture
    @abstractmethod
    def fake(self) -> FakeCodeOcean:
        """Return the running server."""

    @pytest.fixture
    @abstractmethod
    def registry(self, fake: FakeCodeOcean) -> Registry:
        """Return the adapter; it waits a second at most."""

    @pytest.fixture
    @abstractmethod
    def stranger(self, fake: FakeCodeOcean) -> Registry:
        """Return the adapter with a token that is not taken."""

    def test_an_asset_becomes_ready(self, registry: Registry, fake: FakeCodeOcean) -> None:
        created = registry.create_asset(asset_params())
        states = [registry.asset(created.id).state for _ in range(2)]
        assert (created.state, states) == (AssetState.PENDING, ["pending", "ready"])
        place = (created.bucket, created.prefix)
        assert place == ("real-bucket", _NAME)
        assert fake.world.assets[created.id]["tags"] == ["raw", "1"]

    def test_an_asset_that_fails_says_why(self, registry: Registry, fake: FakeCodeOcean) -> None:
        fake.world.asset_looks, fake.world.asset_failure = 0, "the bucket is not there"
        failed = registry.asset(registry.create_asset(asset_params()).id)
        assert (failed.state, failed.failure) == (AssetState.FAILED, "the bucket is not there")

    def test_assets_are_found_by_their_exact_name_and_tag(self, registry: Registry) -> None:
        wanted = registry.create_asset(asset_params())
        registry.create_asset(asset_params(name=f"{_NAME}_processed"))
        registry.create_asset(asset_params(name=_NAME.upper()))
        assert _ids(registry.assets_named(_NAME)) == [wanted.id]
        assert _ids(registry.assets_named(_NAME, tag="1")) == [wanted.id]
        assert registry.assets_named(_NAME, tag="2") == []

    def test_all_pages_of_assets_are_looked_through(
        self, registry: Registry, fake: FakeCodeOcean
    ) -> None:
        created = {fake.world.create_asset(asset_params())["id"] for _ in range(101)}
        assert {asset.id for asset in registry.assets_named(_NAME)} == created

    def test_permissions_are_set(self, registry: Registry, fake: FakeCodeOcean) -> None:
        asset = registry.create_asset(asset_params())
        registry.permit(asset.id, {"everyone": "viewer"})
        assert fake.world.permissions[asset.id]["everyone"] == "viewer"

    def test_a_run_goes_to_its_end(self, registry: Registry) -> None:
        asset = registry.create_asset(asset_params())
        params = {"pipeline_id": "p", "data_assets": [{"id": asset.id, "mount": "in"}]}
        started = registry.start_run(params | {"parameters": ["a"]})
        runs = [registry.run(started.id) for _ in range(2)]
        assert [run.ended for run in runs] == [False, True]
        assert not runs[1].failed
        assert (runs[1].asset_ids, runs[1].values) == (frozenset({asset.id}), ("a",))

    @pytest.mark.parametrize(
        ("script", "says"),
        [
            (RunScript(0, "failed", None, None), "state failed"),
            (RunScript(0, end_status="failed"), "end status failed"),
            (RunScript(0, end_status="stopped", exit_code=None), "end status stopped"),
            (RunScript(0, exit_code=1), "exit code 1"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_each_bad_end_of_a_run_is_seen(
        self, registry: Registry, fake: FakeCodeOcean, script: RunScript, says: str
    ) -> None:
        fake.world.scripts.append(script)
        run = registry.run(registry.start_run({"capsule_id": "c"}).id)
        assert (run.ended, run.failed) == (True, True)
        assert says in run.how

    def test_the_runs_of_one_capsule_or_pipeline_are_listed(self, registry: Registry) -> None:
        one = registry.start_run({"capsule_id": "x"})
        other = registry.start_run({"pipeline_id": "x"})
        assert [run.id for run in registry.runs_of({"capsule_id": "x"})] == [one.id]
        assert [run.id for run in registry.runs_of({"pipeline_id": "x"})] == [other.id]

    def test_a_run_is_stopped_and_stopping_it_again_does_nothing(
        self, registry: Registry, fake: FakeCodeOcean
    ) -> None:
        run = registry.start_run({"capsule_id": "c"})
        registry.stop_run(run.id)
        registry.stop_run(run.id)
        assert fake.world.deleted_runs == [run.id]
        with pytest.raises(NotInRegistry, match="computation not found"):
            registry.run(run.id)

    def test_files_of_results_are_read(self, registry: Registry, fake: FakeCodeOcean) -> None:
        fake.world.scripts.append(RunScript(results={"a.json": b'{"name": "x"}'}))
        run = registry.start_run({"capsule_id": "c"})
        assert registry.result_file(run.id, "a.json", at_most=1000) == b'{"name": "x"}'
        assert registry.result_file(run.id, "a.json", at_most=2) == b'{"'
        assert registry.result_file(run.id, "b.json", at_most=1000) is None

    def test_pages_have_addresses(self, registry: Registry, fake: FakeCodeOcean) -> None:
        assert registry.asset_page("a") == f"{fake.url}/data-assets/a"
        assert registry.run_page({"pipeline_id": "p"}) == f"{fake.url}/capsule/slug-of-p/tree"

    def test_what_is_not_there_is_said(self, registry: Registry, fake: FakeCodeOcean) -> None:
        fake.world.unknown.add("gone")
        with pytest.raises(NotInRegistry, match="pipeline not found"):
            registry.start_run({"pipeline_id": "gone"})
        with pytest.raises(NotInRegistry, match="data asset not found"):
            registry.asset("gone")

    def test_what_is_not_accepted_says_so(self, registry: Registry) -> None:
        with pytest.raises(RegistryRejected, match="400: source is required"):
            registry.create_asset(asset_params(source=None))

    def test_a_token_is_tried_out(self, registry: Registry, stranger: Registry) -> None:
        registry.check()
        with pytest.raises(RegistryRefused, match="401: unauthorized"):
            stranger.check()

    @pytest.mark.parametrize(
        ("fault", "error", "says"),
        [
            (Fault("POST", "computations", 403), RegistryRefused, "403"),
            (Fault("POST", "computations", 429), RegistryBusy, "429"),
            (Fault("POST", "computations", 500), RegistryUnavailable, "fault 500"),
            (
                Fault("POST", "computations", 502, body="<html>Bad  gateway</html>"),
                RegistryUnavailable,
                "Bad gateway",
            ),
            (Fault("POST", "computations", 200, body="<html>"), RegistryUnavailable, "expected"),
            (Fault("POST", "computations", 200, body="{}"), RegistryUnavailable, "expected"),
            (Fault("POST", "computations"), RegistryUnavailable, "does not answer"),
            (
                Fault("POST", "computations", 200, carried_out=True, delay_seconds=1.5),
                RegistryUnavailable,
                "does not answer",
            ),
        ],
        ids=lambda value: f"{value.status}" if isinstance(value, Fault) else None,
    )
    def test_each_fault_has_its_error_and_nothing_is_sent_twice(
        self,
        registry: Registry,
        fake: FakeCodeOcean,
        fault: Fault,
        error: type[TransferError],
        says: str,
    ) -> None:
        fake.fail(fault)
        with pytest.raises(error, match=says) as raised:
            registry.start_run({"capsule_id": "c"})
        assert fake.token not in str(raised.value.as_dict())
        registry.check()
        assert fake.count("POST", "computations") == 1


def _ids(assets: Any) -> list[str]:
    return [asset.id for asset in assets if isinstance(asset, Asset)]
