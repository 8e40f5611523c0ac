import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from aind_data_transfer_service.ports.preset_store import (
    PresetBroken,
    PresetConflict,
    PresetInvalid,
    PresetStore,
    PresetStoreRefused,
    PresetStoreUnavailable,
)
from aind_data_transfer_service.presets.open import open_preset_store
from aind_data_transfer_service.presets.ssm import SsmPresets, ssm_client
from aind_data_transfer_service.settings import PresetSettings, Settings
from aind_data_transfer_service.testing.preset_store_suite import V2, PresetStoreTests

_KEYS = {"access_key_id": "testing", "secret_access_key": "testing"}
_REGION = "us-west-2"


@pytest.fixture
def prefix() -> str:
    return f"/test-{secrets.token_hex(6)}/job_types"


@pytest.fixture(scope="module")
def client(moto_url: str) -> Iterator[Any]:
    """A client to write past the store."""
    client = ssm_client(endpoint_url=moto_url, region=_REGION, credentials=_KEYS)
    yield client
    client.close()


@pytest.fixture(scope="module")
def own_client(moto_url: str) -> Iterator[Any]:
    """The store's client."""
    client = ssm_client(endpoint_url=moto_url, region=_REGION, credentials=_KEYS)
    yield client
    client.close()


@pytest.fixture
def ssm(prefix: str, own_client: Any) -> SsmPresets:
    return SsmPresets(prefix, own_client)


@contextmanager
def before(client: Any, action: str, do: Callable[..., object]) -> Iterator[None]:
    """Run ``do`` before each request for ``action``; what it returns is the answer."""
    event = f"before-call.ssm.{action}"
    client.meta.events.register(event, do)
    try:
        yield
    finally:
        client.meta.events.unregister(event, do)


class TestSsmPresets(PresetStoreTests):
    @pytest.fixture
    def store(self, ssm: SsmPresets, client: Any, prefix: str) -> PresetStore:
        self.client, self.prefix = client, prefix
        return ssm

    def put_raw(self, store: PresetStore, name: str, text: str) -> None:
        del store
        self.client.put_parameter(Name=f"{self.prefix}/{name}", Value=text, Type="String")


@contextmanager
def another_writer(ssm: SsmPresets, clients: tuple[Any, Any], value: str) -> Iterator[None]:
    """Let somebody else write once between the look and the write of ``ssm``."""
    own, other = clients
    values = [value]

    def write(**_: object) -> None:
        if values:
            other.put_parameter(
                Name=ssm.name_of(V2), Value=values.pop(), Type="String", Overwrite=True
            )

    with before(own, "PutParameter", write):
        yield
    assert not values


@pytest.fixture
def clients(own_client: Any, client: Any) -> tuple[Any, Any]:
    return own_client, client


def test_who_writes_between_look_and_write_wins(ssm: SsmPresets, clients: tuple[Any, Any]) -> None:
    first = ssm.put(V2, {"image_version": "first"}, replaces=None)
    theirs = another_writer(ssm, clients, '{"image_version": "theirs"}')
    with theirs, pytest.raises(PresetConflict) as refused:
        ssm.put(V2, {"image_version": "ours"}, replaces=first.revision)
    assert refused.value.details == {"found": "2", "expected": "1"}
    assert ssm.get(V2).value == {"image_version": "theirs"}


def test_who_creates_between_look_and_write_wins(ssm: SsmPresets, clients: tuple[Any, Any]) -> None:
    theirs = another_writer(ssm, clients, '{"image_version": "theirs"}')
    with theirs, pytest.raises(PresetConflict):
        ssm.put(V2, {"image_version": "ours"}, replaces=None)
    assert ssm.get(V2).value == {"image_version": "theirs"}


def test_a_write_that_boto3_repeated_is_no_conflict(
    ssm: SsmPresets, clients: tuple[Any, Any]
) -> None:
    first = ssm.put(V2, {"image_version": "first"}, replaces=None)
    with another_writer(ssm, clients, '{\n  "image_version": "ours"\n}'):
        put = ssm.put(V2, {"image_version": "ours"}, replaces=first.revision)
    assert put.value == {"image_version": "ours"}
    assert ssm.get(V2) == put


def test_secrets_are_not_shown(ssm: SsmPresets, client: Any) -> None:
    client.put_parameter(Name=ssm.name_of(V2), Value='{"image": "secret"}', Type="SecureString")
    (problem,) = ssm.list().problems
    assert "SecureString" in problem.message
    with pytest.raises(PresetBroken, match="SecureString"):
        ssm.get(V2)


def test_parameters_beside_the_prefix_are_left_alone(
    ssm: SsmPresets, client: Any, prefix: str
) -> None:
    client.put_parameter(Name=f"{prefix}_other/ecephys/tasks/x", Value="{}", Type="String")
    assert ssm.list().presets == ()
    assert ssm.list().problems == ()


def test_no_answer_is_unavailable(prefix: str) -> None:
    client = ssm_client(endpoint_url="http://127.0.0.1:1", region=_REGION, credentials=_KEYS)
    nobody = SsmPresets(prefix, client)
    with pytest.raises(PresetStoreUnavailable):
        nobody.list()


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ValidationException", PresetInvalid),
        (400, "AccessDeniedException", PresetStoreRefused),
        (400, "ThrottlingException", PresetStoreUnavailable),
        (503, "ServiceUnavailable", PresetStoreUnavailable),
    ],
)
def test_what_aws_says_becomes_our_error(
    ssm: SsmPresets, own_client: Any, status: int, code: str, kind: type[Exception]
) -> None:
    def answer(**_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        said = {
            "Error": {"Code": code, "Message": "told"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        return SimpleNamespace(status_code=status), said

    with before(own_client, "GetParameter", answer), pytest.raises(kind, match=code):
        ssm.get(V2)


def test_the_settings_name_the_store(moto_url: str, prefix: str) -> None:
    presets = PresetSettings(store="ssm", prefix=prefix, endpoint_url=moto_url, region=_REGION)
    store = open_preset_store(Settings(presets=presets))
    assert isinstance(store, SsmPresets)
    assert store.name_of(V2) == f"{prefix}/v2/ecephys/tasks/upload_data_to_s3"


def test_without_a_region_the_settings_are_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/does/not/exist")
    with pytest.raises(PresetStoreRefused, match="region"):
        ssm_client()
