import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.tasks.spec import ResultState, TaskError, TaskResult
from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session

from .factories import attempt, make_plan, make_spec, modality


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "share" / "behavior_data"
    (folder / "trials").mkdir(parents=True)
    (folder / "trials" / "trials.csv").write_text("trial,start\n0,1.5\n")
    (folder / ".rig").write_text("447-3")
    return folder


def check(tmp_path: Path, **changes: object) -> TaskResult:
    plan = make_plan(tmp_path, **changes)
    spec = make_spec(tmp_path, TaskId.CHECK_SOURCE_FOLDERS_EXIST, plan=plan)
    return attempt(spec)


def check_within(tmp_path: Path, root: Path) -> TaskResult:
    spec = make_spec(tmp_path, TaskId.CHECK_SOURCE_FOLDERS_EXIST, source_roots=(str(root),))
    return attempt(spec)


def error_of(result: TaskResult) -> TaskError:
    assert result.state == ResultState.FAILED
    assert result.error is not None
    return result.error


def problems_of(result: TaskResult) -> list[tuple[str, str]]:
    error = error_of(result)
    assert error.code == "sources_unusable"
    found = [(problem["code"], problem["path"]) for problem in error.details["problems"]]
    assert error.details["problem_count"] == len(found)
    assert all(path in error.message for _, path in found)
    return found


def test_what_will_be_read_is_counted_hidden_files_and_links_included(
    tmp_path: Path, source: Path
) -> None:
    (source / "again.csv").symlink_to("trials/trials.csv")
    metadata = tmp_path / "share" / "metadata"
    metadata.mkdir()
    (metadata / "subject.json").write_text("{}")
    result = check(tmp_path, metadata_dir=str(metadata), derivatives_dir=str(source / "trials"))
    assert result.state == ResultState.SUCCESS
    assert result.outputs["modalities"] == {
        "behavior": {"files": 3, "bytes": 2 * 18 + 5, "source": str(source)}
    }
    assert result.outputs["metadata"] == {"subject.json": 2}
    assert result.outputs["derivatives"]["files"] == 1
    assert result.outputs["bytes"] == 41
    assert result.outputs["staging_needed_bytes"] == 2


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert problems_of(check(tmp_path)) == [
        ("source_missing", str(tmp_path / "share" / "behavior_data"))
    ]


def test_a_file_is_not_a_source(tmp_path: Path, source: Path) -> None:
    file = source / ".rig"
    assert problems_of(check(tmp_path, modalities=(modality(file),))) == [
        ("not_a_folder", str(file))
    ]


def test_an_empty_source_is_refused(tmp_path: Path, source: Path) -> None:
    shutil.rmtree(source)
    (source / "empty").mkdir(parents=True)
    assert problems_of(check(tmp_path)) == [("source_empty", str(source))]


@pytest.mark.parametrize("second", ["", "trials", ".."])
def test_modalities_in_one_another_are_refused(tmp_path: Path, source: Path, second: str) -> None:
    link = tmp_path / "link"
    link.symlink_to((source / second).resolve())
    result = check(tmp_path, modalities=(modality(source), modality(link, "behavior-videos")))
    assert [code for code, _ in problems_of(result)] == ["sources_nested"]


def test_metadata_may_lie_in_the_folder_that_holds_the_modalities(
    tmp_path: Path, source: Path
) -> None:
    (source.parent / "session.json").write_text("{}")
    assert check(tmp_path, metadata_dir=str(source.parent)).outputs["metadata"] == {
        "session.json": 2
    }


def test_a_source_outside_the_roots_is_refused_links_resolved(tmp_path: Path, source: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    assert problems_of(check_within(tmp_path, allowed)) == [("source_outside_roots", str(source))]
    shutil.move(source, tmp_path / "elsewhere")
    source.symlink_to(tmp_path / "elsewhere")
    assert problems_of(check_within(tmp_path, source.parent)) == [
        ("source_outside_roots", str(source))
    ]


def test_every_problem_is_reported_at_once(tmp_path: Path, source: Path) -> None:
    (source / "broken").symlink_to("nowhere")
    (source / "round").symlink_to("round")
    (source / "trials" / "up").symlink_to("..")
    (source / "secret").symlink_to("/etc")
    os.mkfifo(source / "pipe")
    os.close(os.open(os.fsencode(source) + b"/caf\xe9", os.O_CREAT))
    (source / "two\nlines").write_text("x")
    assert sorted(problems_of(check_within(tmp_path, tmp_path / "share"))) == [
        ("link_broken", str(source / "broken")),
        ("link_cycle", str(source / "round")),
        ("link_cycle", str(source / "trials" / "up")),
        ("link_escapes", str(source / "secret")),
        ("name_unusable", str(source / "caf\\xe9")),
        ("name_unusable", str(source / "two\nlines")),
        ("not_a_file", str(source / "pipe")),
    ]


def test_a_link_out_of_the_folder_is_followed_where_the_roots_allow_it(
    tmp_path: Path, source: Path
) -> None:
    raw = tmp_path / "share" / "raw"
    raw.mkdir()
    (raw / "raw.bin").write_bytes(b"12345")
    (source / "raw").symlink_to(raw)
    result = check_within(tmp_path, tmp_path / "share")
    assert result.outputs["modalities"]["behavior"]["files"] == 3
    shutil.rmtree(source / "trials")
    assert check(tmp_path).outputs["modalities"]["behavior"]["bytes"] == 10


def test_what_may_not_be_read_is_named(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests may run as root, whom no permission stops: the system's answer is given instead.
    locked, rig = str(source / "trials"), str(source / ".rig")
    scandir, access = os.scandir, os.access

    def deny_listing(path: str) -> object:
        if path == locked:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", deny_listing)
    monkeypatch.setattr(os, "access", lambda path, mode: path != rig and access(path, mode))
    assert sorted(problems_of(check(tmp_path))) == [
        ("file_unreadable", rig),
        ("folder_unreadable", locked),
    ]


def test_many_problems_are_counted_and_the_first_are_shown(tmp_path: Path, source: Path) -> None:
    for number in range(1005):
        (source / f"broken{number:04}").symlink_to("nowhere")
    error = error_of(check(tmp_path))
    assert error.details["problem_count"] == 1005
    assert len(error.details["problems"]) == 1000
    assert error.message.count("link_broken") == 20
    assert "985 more" in error.message


def test_an_empty_metadata_folder_is_refused(tmp_path: Path, source: Path) -> None:
    empty = source.parent / "metadata"
    empty.mkdir()
    assert problems_of(check(tmp_path, metadata_dir=str(empty))) == [("source_empty", str(empty))]


def test_a_metadata_link_that_leads_nowhere_or_out_is_refused(tmp_path: Path, source: Path) -> None:
    metadata = source.parent / "metadata"
    metadata.mkdir()
    (metadata / "notes.txt").write_text("x")
    (metadata / "rig.json").symlink_to("nowhere.json")
    (metadata / "subject.json").symlink_to(tmp_path / "outside.json")
    (tmp_path / "outside.json").write_text("{}")
    plan = make_plan(tmp_path, metadata_dir=str(metadata))
    spec = make_spec(
        tmp_path,
        TaskId.CHECK_SOURCE_FOLDERS_EXIST,
        plan=plan,
        source_roots=(str(source.parent),),
    )
    assert sorted(problems_of(attempt(spec))) == [
        ("link_escapes", str(metadata / "subject.json")),
        ("not_a_file", str(metadata / "rig.json")),
    ]


def test_too_little_room_in_staging_is_told_with_both_numbers(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = source.parent / "metadata"
    metadata.mkdir()
    (metadata / "subject.json").write_text("{}" + " " * 4998)

    def nearly_full(_folder: object) -> object:
        return shutil._ntuple_diskusage(10_000, 5_001, 4_999)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    error = error_of(check(tmp_path, metadata_dir=str(metadata)))
    assert error.code == "staging_full"
    assert "5,000 bytes" in error.message
    assert "4,999 bytes" in error.message


def _truncate(session: Path) -> None:
    dat = next(session.rglob("continuous.dat"))
    os.truncate(dat, dat.stat().st_size - 2)


def _name_a_stream_that_is_not_there(session: Path) -> None:
    oebin = next(session.rglob("structure.oebin"))
    structure = json.loads(oebin.read_text())
    structure["continuous"].append(structure["continuous"][0] | {"folder_name": "Missing-AP/"})
    oebin.write_text(json.dumps(structure))


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return make_open_ephys_session(tmp_path / "share" / "ecephys", seconds=0.05, channels=4)


def test_room_is_needed_for_what_is_compressed(tmp_path: Path, recording: Path) -> None:
    result = check(tmp_path, modalities=(modality(recording, "ecephys", compress=True),))
    assert result.state == ResultState.SUCCESS, result.error
    expected = int(result.outputs["modalities"]["ecephys"]["bytes"] * 1.05)
    assert result.outputs["staging_needed_bytes"] == expected


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_truncate, "open_ephys_truncated"),
        (_name_a_stream_that_is_not_there, "open_ephys_stream_missing"),
    ],
)
def test_a_recording_that_is_not_whole_fails_before_any_work(
    tmp_path: Path, recording: Path, harm: Callable[[Path], None], code: str
) -> None:
    harm(recording)
    compressed = check(tmp_path, modalities=(modality(recording, "ecephys", compress=True),))
    assert problems_of(compressed) == [(code, str(recording))]
    as_it_is = check(tmp_path, modalities=(modality(recording, "ecephys"),))
    assert as_it_is.state == ResultState.SUCCESS


def test_settings_the_transform_does_not_know_are_refused(tmp_path: Path, recording: Path) -> None:
    wrong = modality(recording, "ecephys", compress=True, job_settings={"codecs": "flac"})
    result = check(tmp_path, modalities=(wrong,))
    assert problems_of(result) == [("transform_settings_invalid", str(recording))]
    assert "codecs" in error_of(result).message


def test_compressing_what_cannot_be_compressed_is_refused(tmp_path: Path, source: Path) -> None:
    result = check(tmp_path, modalities=(modality(source, compress=True),))
    assert problems_of(result) == [("no_transform", str(source))]
