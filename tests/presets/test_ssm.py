import secrets
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from aind_data_transfer_service.ports.preset_store import (
    PresetBroken,
    PresetConflict,
    PresetInvalid,
    PresetStore,
    PresetStoreRefused,
    PresetStoreUnavailable,
)
from aind_data_transfer_service.presets.ssm import SsmPresets
from aind_data_transfer_service.testing.preset_store_suite import V2, PresetStoreTests

_KEYS = {"access_key_id": "testing", "secret_access_key": "testing"}
_REGION = "us-west-2"


@pytest.fixture
def prefix() -> str:
    return f"/test-{secrets.token_hex(6)}/job_types"


@pytest.fixture
def client(moto_url: str) -> Iterator[Any]:
    client = boto3.client(
        "ssm",
        endpoint_url=moto_url,
        region_name=_REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    yield client
    client.close()


@pytest.fixture
def ssm(moto_url: str, prefix: str) -> SsmPresets:
    return SsmPresets(prefix, endpoint_url=moto_url, region=_REGION, credentials=_KEYS)


class TestSsmPresets(PresetStoreTests):
    @pytest.fixture
    def store(self, ssm: SsmPresets, client: Any, prefix: str) -> PresetStore:
        self.client, self.prefix = client, prefix
        return ssm

    def put_raw(self, store: PresetStore, name: str, text: str) -> None:
        del store
        self.client.put_parameter(Name=f"{self.prefix}/{name}", Value=text, Type="String")


def another_writer(ssm: SsmPresets, client: Any, value: str) -> None:
    """Let somebody else write between the look and the write of ``ssm``'s next change."""

    def write(**_: object) -> None:
        ssm._client.meta.events.unregister("before-call.ssm.PutParameter", write)
        client.put_parameter(Name=ssm.name_of(V2), Value=value, Type="String", Overwrite=True)

    ssm._client.meta.events.register("before-call.ssm.PutParameter", write)


def test_who_writes_between_look_and_write_wins(ssm: SsmPresets, client: Any) -> None:
    first = ssm.put(V2, {"image_version": "first"}, replaces=None)
    another_writer(ssm, client, '{"image_version": "theirs"}')
    with pytest.raises(PresetConflict) as refused:
        ssm.put(V2, {"image_version": "ours"}, replaces=first.revision)
    assert refused.value.details == {"found": "2", "expected": "1"}
    assert ssm.get(V2).value == {"image_version": "theirs"}


def test_who_creates_between_look_and_write_wins(ssm: SsmPresets, client: Any) -> None:
    another_writer(ssm, client, '{"image_version": "theirs"}')
    with pytest.raises(PresetConflict):
        ssm.put(V2, {"image_version": "ours"}, replaces=None)
    assert ssm.get(V2).value == {"image_version": "theirs"}


def test_a_write_that_boto3_repeated_is_no_conflict(ssm: SsmPresets, client: Any) -> None:
    first = ssm.put(V2, {"image_version": "first"}, replaces=None)
    another_writer(ssm, client, '{\n  "image_version": "ours"\n}')
    put = ssm.put(V2, {"image_version": "ours"}, replaces=first.revision)
    assert put.value == {"image_version": "ours"}


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
    nobody = SsmPresets(
        prefix, endpoint_url="http://127.0.0.1:1", region=_REGION, credentials=_KEYS
    )
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
    ssm: SsmPresets, status: int, code: str, kind: type[Exception]
) -> None:
    def answer(**_: object) -> tuple[SimpleNamespace, dict[str, Any]]:
        said = {
            "Error": {"Code": code, "Message": "told"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        return SimpleNamespace(status_code=status), said

    ssm._client.meta.events.register("before-call.ssm.GetParameter", answer)
    with pytest.raises(kind, match=code):
        ssm.get(V2)
