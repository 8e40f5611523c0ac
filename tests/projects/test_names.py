import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.errors import SettingsInvalid
from aind_data_transfer_service.ports.project_names import ProjectNamesUnavailable
from aind_data_transfer_service.projects.names import CachedProjectNames
from aind_data_transfer_service.projects.open import open_project_names
from aind_data_transfer_service.settings import ProjectSettings, Settings, load_settings

from .name_server import name_server

DAY = timedelta(days=1)


class Source:
    """A source that gives ``names``, or fails if there are none."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] | None = ("a", "b")
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> tuple[str, ...]:
        if self.names is None:
            raise ProjectNamesUnavailable("the source is down")
        return self.names

    def clock(self) -> datetime:
        return self.now


@pytest.fixture
def source() -> Source:
    return Source()


def cached(source: Source, longest_age: timedelta | None = None) -> CachedProjectNames:
    return CachedProjectNames(source, refresh=DAY, longest_age=longest_age, now=source.clock)


def test_says_when_the_names_were_read(source: Source) -> None:
    names = cached(source)
    names.refresh_now()
    read = source.now
    source.now += timedelta(hours=1)
    assert names.names().names == ("a", "b")
    assert (names.names().as_of, names.names().stale_reason) == (read, None)


def test_the_last_good_list_serves_while_the_source_is_down(source: Source) -> None:
    names = cached(source)
    names.refresh_now()
    read = source.now
    source.names = None
    source.now += 30 * DAY
    names.refresh_now()
    assert names.names().names == ("a", "b")
    assert (names.names().as_of, names.names().stale_reason) == (read, "the source is down")
    source.names = ("c",)
    names.refresh_now()
    assert names.names().names == ("c",)
    assert (names.names().as_of, names.names().stale_reason) == (source.now, None)


def test_a_list_can_get_too_old_to_serve(source: Source) -> None:
    names = cached(source, longest_age=DAY)
    names.refresh_now()
    source.names = None
    source.now += DAY
    names.refresh_now()
    assert names.names().names == ("a", "b")
    source.now += timedelta(seconds=1)
    with pytest.raises(ProjectNamesUnavailable, match=r"2026-01-01T00:00:00.*the source is down"):
        names.names()


def test_without_any_list_they_are_unavailable(source: Source) -> None:
    source.names = None
    names = cached(source)
    with pytest.raises(ProjectNamesUnavailable, match="being loaded"):
        names.names()
    names.refresh_now()
    for _ in range(2):
        with pytest.raises(ProjectNamesUnavailable, match="the source is down") as error:
            names.names()
    assert error.value.code == "project_names_unavailable"


def test_a_defect_of_a_source_is_told_and_tried_again() -> None:
    answers: list[tuple[str, ...]] = []
    names = CachedProjectNames(answers.pop, refresh=DAY)
    names.refresh_now()
    with pytest.raises(ProjectNamesUnavailable, match="pop from empty list"):
        names.names()
    answers.append(("a",))
    names.refresh_now()
    assert names.names().names == ("a",)


def test_names_in_the_settings_do_not_change(tmp_path: Path) -> None:
    names = open_project_names(Settings(home=tmp_path, project_names=("a", "b")))
    assert names.names().names == ("a", "b")
    assert names.names().stale_reason is None


def test_without_any_source_every_name_is_allowed(tmp_path: Path) -> None:
    assert open_project_names(Settings(home=tmp_path)).names().names is None


def test_names_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "names").write_text("a\nb\n")
    settings = Settings(home=tmp_path, projects=ProjectSettings(file=tmp_path / "names"))
    names = open_project_names(settings)
    names.start()
    assert names.names().names == ("a", "b")
    names.close()


def test_names_come_from_a_service_and_stay_when_it_goes(tmp_path: Path) -> None:
    with name_server() as server:
        server.answer('{"data": ["a"]}')
        settings = Settings(home=tmp_path, projects=ProjectSettings(url=server.url))
        names = open_project_names(settings)
        assert isinstance(names, CachedProjectNames)
        names.start()
        assert names.names().names == ("a",)
        server.answer("", 503)
        names.refresh_now()
        assert names.names().names == ("a",)
        assert "503" in (names.names().stale_reason or "")
        names.close()


def test_nobody_waits_for_a_slow_source() -> None:
    go, asked = threading.Event(), threading.Event()

    def slow() -> tuple[str, ...]:
        asked.set()
        assert go.wait(30)
        return ("a",)

    names = CachedProjectNames(slow, refresh=DAY)
    thread = threading.Thread(target=names.refresh_now)
    thread.start()
    assert asked.wait(30)
    with pytest.raises(ProjectNamesUnavailable, match="being loaded"):
        names.names()
    go.set()
    thread.join()
    assert names.names().names == ("a",)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"projects": {"url": "http://a/b", "file": "/a"}}, "not both"),
        ({"project_names": ("a",), "projects": {"url": "http://a/b"}}, "not both"),
        ({"projects": {"url": "names"}}, "projects.url"),
        ({"projects": {"file": "names"}}, "projects.file"),
        ({"presets": {"prefix": "job_types/"}}, "presets.prefix"),
    ],
)
def test_settings_that_contradict_themselves_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsInvalid, match=says):
        load_settings(**given)
