"""The fake metadata service answers as the real one does."""

from collections.abc import Iterator

import httpx
import pytest

from aind_data_transfer_service.testing.metadata_service import MESSAGES, Answer, MetadataService


@pytest.fixture
def service() -> Iterator[MetadataService]:
    with MetadataService() as running:
        yield running


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/subject/655019", 200),
        ("/procedures/655019", 200),
        ("/funding/Brain%20Computer%20Interface", 200),
        ("/rig/323_EPHYS1", 422),
        ("/instrument/440_SmartSPIM2", 422),
        ("/project_names", 200),
        ("/slims/smartspim_imaging?subject_id=1", 200),
        ("/nothing/1", 404),
    ],
)
def test_each_address_answers_in_the_envelope(
    service: MetadataService, path: str, status: int
) -> None:
    answer = httpx.get(f"{service.url}{path}")
    assert answer.status_code == status
    assert answer.json().keys() == {"message", "data"}
    assert answer.json()["message"] == MESSAGES[status]
    assert (answer.json()["data"] is None) is (status == 404)


def test_answers_can_be_changed_by_path_and_by_kind(service: MetadataService) -> None:
    service.answers = {
        "/subject": Answer(503),
        "/subject/1": Answer(300, [{"subject_id": "1"}, {"subject_id": "1"}]),
        "/rig": Answer(body=b"<html>"),
    }
    assert httpx.get(f"{service.url}/subject/2").status_code == 503
    assert httpx.get(f"{service.url}/subject/2").json()["data"] is None
    assert len(httpx.get(f"{service.url}/subject/1").json()["data"]) == 2
    assert httpx.get(f"{service.url}/rig/1").text == "<html>"


def test_it_tells_what_it_was_asked(service: MetadataService) -> None:
    httpx.get(f"{service.url}/slims/smartspim_imaging", params={"subject_id": "1"})
    (asked,) = service.asked
    assert asked.query == {"subject_id": ["1"]}
    assert service.paths() == ["/slims/smartspim_imaging"]


def test_it_can_break_off(service: MetadataService) -> None:
    service.answers = {"/subject": Answer(dropped=True)}
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{service.url}/subject/1")


def test_it_can_be_slow(service: MetadataService) -> None:
    service.answers = {"/subject": Answer(delay=5)}
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{service.url}/subject/1", timeout=0.1)
