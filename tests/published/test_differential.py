"""Any V1 request is answered as the published models do, but for the differences on purpose."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from aind_data_transfer_service.wire.v1 import InvalidRequest, normalise, parse_request

from ..wire.v1.samples import in_one_order
from .disagreements import (
    Answer,
    Difference,
    Disagreement,
    Peer,
    Refusal,
    disagreements,
    peer,
    unexplained,
)
from .v1_differences import DIFFERENCES
from .v1_requests import with_mistakes

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "differences.md"


@pytest.fixture
def published(service_url: str) -> Iterator[Peer]:
    """The request model of `aind-data-transfer-models`."""
    with peer(service_url, "aind_data_transfer_models.core:SubmitJobRequest") as running:
        yield running


def ours(content: object) -> Answer:
    try:
        return Answer(in_one_order(normalise(parse_request(json.dumps(content).encode()))))
    except InvalidRequest as refused:
        return Answer(None, [Refusal(p.loc, p.code, p.message) for p in refused.problems])


def compared(content: object, published: Peer) -> list[Disagreement]:
    theirs = published.answer(content)
    if theirs.accepted is not None:
        in_one_order(theirs.accepted)
    return disagreements(ours(content), theirs)


@pytest.mark.service("published")
@settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=with_mistakes())
def test_any_request_is_accepted_refused_and_normalised_alike(
    published: Peer, content: dict[str, Any]
) -> None:
    assert unexplained(compared(content, published), DIFFERENCES) == []


@pytest.mark.service("published")
def test_each_difference_is_one(published: Peer) -> None:
    for difference in DIFFERENCES:
        found = compared(difference.example, published)
        assert found, difference
        assert unexplained(found, [difference]) == []


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each.documented)
def test_each_difference_is_documented(difference: Difference) -> None:
    assert difference.documented in DOCUMENTATION.read_text()
