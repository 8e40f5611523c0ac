"""Any request is answered as the published models do, but for the differences on purpose."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from aind_data_transfer_service.wire import v1, v2

from ..wire.v1.samples import in_one_order
from . import v1_differences, v2_differences, v2_requests
from .disagreements import Answer, Difference, Peer, Refusal, compared, peer, unexplained
from .mistakes import with_mistakes
from .v1_requests import SENT

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "differences.md"
BOUNDED = settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def models_v1(service_url: str) -> Iterator[Peer]:
    """The request model of ``aind-data-transfer-models``."""
    with peer(service_url, "aind_data_transfer_models.core:SubmitJobRequest") as running:
        yield running


@pytest.fixture
def models_v2(service_url: str) -> Iterator[Peer]:
    """The V2 request model of the published ``aind-data-transfer-service``."""
    model = "aind_data_transfer_service.models.core:SubmitJobRequestV2"
    with peer(service_url, model) as running:
        yield running


def ours_v1(content: object) -> Answer:
    try:
        request = v1.parse_request(json.dumps(content).encode())
    except v1.InvalidRequest as refused:
        return _refused(refused)
    return Answer(in_one_order(v1.normalise(request)))


def ours_v2(content: object) -> Answer:
    try:
        request = v2.parse_request(json.dumps(content).encode())
    except v1.InvalidRequest as refused:
        return _refused(refused)
    return Answer(in_one_order(v2.normalise(request)))


def _refused(refused: v1.InvalidRequest) -> Answer:
    return Answer(None, [Refusal(p.loc, p.code, p.message) for p in refused.problems])


class TestV1:
    @pytest.mark.service("published")
    @BOUNDED
    @given(content=with_mistakes(SENT))
    def test_any_request_is_accepted_refused_and_normalised_alike(
        self, models_v1: Peer, content: dict[str, Any]
    ) -> None:
        found = compared(content, ours_v1, models_v1)
        assert unexplained(found, v1_differences.DIFFERENCES) == []

    @pytest.mark.service("published")
    def test_each_difference_is_one(self, models_v1: Peer) -> None:
        for difference in v1_differences.DIFFERENCES:
            found = compared(difference.example, ours_v1, models_v1)
            assert found, difference
            assert unexplained(found, [difference]) == []


class TestV2:
    @pytest.mark.service("published-v2")
    @BOUNDED
    @given(content=with_mistakes(v2_requests.SENT))
    def test_any_request_is_accepted_refused_and_normalised_alike(
        self, models_v2: Peer, content: dict[str, Any]
    ) -> None:
        found = compared(content, ours_v2, models_v2)
        assert unexplained(found, v2_differences.DIFFERENCES) == []

    @pytest.mark.service("published-v2")
    def test_each_difference_is_one(self, models_v2: Peer) -> None:
        for difference in v2_differences.DIFFERENCES:
            found = compared(difference.example, ours_v2, models_v2)
            assert found, difference
            assert unexplained(found, [difference]) == []


@pytest.mark.parametrize(
    "difference",
    [*v1_differences.DIFFERENCES, *v2_differences.DIFFERENCES],
    ids=lambda each: each.documented,
)
def test_each_difference_is_documented(difference: Difference) -> None:
    assert difference.documented in DOCUMENTATION.read_text()
