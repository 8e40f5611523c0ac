from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.ports.project_names import ProjectNamesUnavailable
from aind_data_transfer_service.projects.sources import NamesFile, NamesUrl

from .name_server import NameServer, name_server


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as server:
        yield server


def test_reads_the_metadata_services_answer(server: NameServer) -> None:
    server.answer('{"message": "Success", "data": ["Ephys Platform", "MSMA", "Ephys Platform"]}')
    source = NamesUrl(server.url)
    assert source() == ("Ephys Platform", "MSMA")
    server.answer('{"data": ["Other"]}')
    assert source() == ("Other",)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "<html>",
        "[]",
        '["Ephys Platform"]',
        '{"data": null}',
        '{"data": []}',
        '{"data": ["a", 3]}',
        '{"data": ["a", " "]}',
        '{"names": ["a"]}',
        "[" * 100_000,
        b'{"data": ["\xff"]}',
    ],
    ids=lambda answer: repr(answer[:30]),
)
def test_refuses_other_answers(server: NameServer, answer: str | bytes) -> None:
    server.answer(answer)
    with pytest.raises(ProjectNamesUnavailable, match="/names"):
        NamesUrl(server.url)()


@pytest.mark.parametrize("status", [204, 302, 404, 500, 503])
def test_tells_the_status_of_a_failing_service(server: NameServer, status: int) -> None:
    server.answer('{"data": ["a"]}' if status != 204 else "", status)
    with pytest.raises(ProjectNamesUnavailable, match=str(status) if status != 204 else "JSON"):
        NamesUrl(server.url)()


def test_does_not_wait_for_a_silent_service(server: NameServer) -> None:
    server.answer('{"data": ["a"]}')
    server.go.clear()
    with pytest.raises(ProjectNamesUnavailable, match="does not answer"):
        NamesUrl(server.url, part_seconds=0.05)()


def test_does_not_wait_for_one_that_never_ends(server: NameServer) -> None:
    server.parts = [b"x" * 100_000] * 100
    with pytest.raises(ProjectNamesUnavailable, match="takes more than 0 s"):
        NamesUrl(server.url, seconds=0)()


def test_does_not_take_in_what_no_list_of_names_is(server: NameServer) -> None:
    server.parts = [b"x" * 1_000_000] * 5
    with pytest.raises(ProjectNamesUnavailable, match="more than"):
        NamesUrl(server.url)()


def test_half_an_answer_is_none(server: NameServer) -> None:
    server.answer('{"data": ["a"]}')
    server.cut = True
    with pytest.raises(ProjectNamesUnavailable, match="does not answer"):
        NamesUrl(server.url)()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/names", "http://127.0.0.1:99999/names"])
def test_nobody_there_is_told(url: str) -> None:
    with pytest.raises(ProjectNamesUnavailable, match="does not answer"):
        NamesUrl(url)()


@pytest.mark.parametrize(
    "text",
    ['["Ephys Platform", "MSMA"]', "Ephys Platform\nMSMA\n", "\ufeffEphys Platform\r\n\r\n MSMA "],
)
def test_reads_a_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "names"
    file.write_bytes(text.encode())
    assert NamesFile(file)() == ("Ephys Platform", "MSMA")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[", b"[1]", b"\xff"])
def test_refuses_other_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "names"
    file.write_bytes(content)
    with pytest.raises(ProjectNamesUnavailable, match=str(file)):
        NamesFile(file)()


def test_tells_of_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ProjectNamesUnavailable, match="No such file"):
        NamesFile(tmp_path / "names")()
