"""create_staging_folder, copy_derivatives_folder, compress_data without a transform, removal."""

from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.tasks.spec import EarlierTask, ResultState, TaskError, TaskResult

from .factories import JOB_ID, attempt, earlier, make_plan, make_spec, modality

VERIFIED = (earlier(TaskId.VERIFY_UPLOAD),)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "share" / "behavior_data"
    folder.mkdir(parents=True)
    (folder / "trials.csv").write_text("trial\n0\n")
    return folder


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging" / JOB_ID
    folder.mkdir(parents=True)
    return folder


def error_of(result: TaskResult) -> TaskError:
    assert result.state == ResultState.FAILED
    assert result.error is not None
    return result.error


def create(tmp_path: Path) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.CREATE_STAGING_FOLDER))


def test_the_folder_is_made_for_the_service_alone(tmp_path: Path) -> None:
    staging = tmp_path / "staging" / JOB_ID
    assert create(tmp_path).outputs == {"folder": str(staging), "kept": False}
    assert staging.stat().st_mode & 0o007 == 0


def test_what_an_earlier_attempt_left_is_kept(tmp_path: Path, staging: Path) -> None:
    (staging / "finished").write_text("x")
    assert create(tmp_path).outputs["kept"] is True
    assert (staging / "finished").read_text() == "x"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_not_a_folder_is_not_used_for_staging(
    tmp_path: Path, source: Path, kind: str
) -> None:
    staging = tmp_path / "staging" / JOB_ID
    staging.parent.mkdir()
    if kind == "file":
        staging.write_text("x")
    else:
        staging.symlink_to(source)
    assert error_of(create(tmp_path)).code == "staging_occupied"


def compress(tmp_path: Path, source: Path, *, compress: bool = False) -> TaskResult:
    plan = make_plan(tmp_path, modalities=(modality(source, compress=compress),))
    return attempt(make_spec(tmp_path, TaskId.COMPRESS_DATA, map_index=0, plan=plan))


def test_a_modality_that_is_not_compressed_is_linked(
    tmp_path: Path, source: Path, staging: Path
) -> None:
    result = compress(tmp_path, source)
    assert result.outputs == {
        "action": "linked",
        "source": str(source),
        "output": str(staging / "behavior"),
    }
    assert (staging / "behavior" / "trials.csv").exists()
    assert compress(tmp_path, source).state == ResultState.SUCCESS


def test_a_link_to_elsewhere_is_replaced(tmp_path: Path, source: Path, staging: Path) -> None:
    (staging / "behavior").symlink_to(tmp_path)
    compress(tmp_path, source)
    assert (staging / "behavior").readlink() == source
    assert [path.name for path in staging.iterdir()] == ["behavior"]


def test_a_link_goes_to_the_folder_itself(tmp_path: Path, source: Path, staging: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(source)
    compress(tmp_path, link)
    assert (staging / "behavior").readlink() == source


def test_a_folder_in_the_place_of_a_link_is_not_touched(
    tmp_path: Path, source: Path, staging: Path
) -> None:
    (staging / "behavior").mkdir()
    assert error_of(compress(tmp_path, source)).code == "staging_occupied"


def test_compressing_what_cannot_be_compressed_fails(
    tmp_path: Path, source: Path, staging: Path
) -> None:
    error = error_of(compress(tmp_path, source, compress=True))
    assert error.code == "no_transform"
    assert "compress_raw_data" in error.what_to_do
    assert list(staging.iterdir()) == []


def copy_derivatives(tmp_path: Path, folder: Path | None) -> TaskResult:
    plan = make_plan(tmp_path, derivatives_dir=None if folder is None else str(folder))
    return attempt(make_spec(tmp_path, TaskId.COPY_DERIVATIVES_FOLDER, plan=plan))


def test_derivatives_are_staged_where_there_are_any(
    tmp_path: Path, source: Path, staging: Path
) -> None:
    assert copy_derivatives(tmp_path, None).skip_reason == "no derivatives folder given"
    assert copy_derivatives(tmp_path, source).state == ResultState.SUCCESS
    assert (staging / "derivatives" / "trials.csv").exists()


def remove(
    tmp_path: Path, tasks: tuple[EarlierTask, ...] = VERIFIED, **changes: object
) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.REMOVE_STAGING_FOLDER, earlier=tasks, **changes))


def test_staging_is_removed_and_sources_behind_links_are_not(
    tmp_path: Path, source: Path, staging: Path
) -> None:
    (staging / "behavior").symlink_to(source)
    (staging / "ecephys" / "deep").mkdir(parents=True)
    (staging / "ecephys" / "deep" / ".zgroup").write_text("12345")
    (staging / "ecephys" / "up").symlink_to("..")
    assert remove(tmp_path).outputs == {"files": 1, "links": 2, "bytes": 5}
    assert not staging.exists()
    assert staging.parent.exists()
    assert (source / "trials.csv").exists()
    assert remove(tmp_path).outputs == {"files": 0, "links": 0, "bytes": 0}


@pytest.mark.parametrize("tasks", [(), (earlier(TaskId.VERIFY_UPLOAD, state="failed"),)])
def test_staging_is_kept_until_the_upload_is_verified(
    tmp_path: Path, staging: Path, tasks: tuple[EarlierTask, ...]
) -> None:
    error = error_of(remove(tmp_path, tasks))
    assert error.code == "removal_refused"
    assert "not verified" in error.message
    assert staging.exists()


def test_only_the_jobs_own_folder_is_removed(tmp_path: Path, staging: Path, source: Path) -> None:
    for other in (staging.parent, staging / "..", source):
        error = error_of(remove(tmp_path, staging_folder=str(other)))
        assert error.code == "removal_refused"
    assert staging.exists()
    assert (source / "trials.csv").exists()


def test_a_link_in_the_place_of_the_folder_is_not_followed(tmp_path: Path, source: Path) -> None:
    staging = tmp_path / "staging" / JOB_ID
    staging.parent.mkdir()
    staging.symlink_to(source)
    assert error_of(remove(tmp_path)).code == "staging_occupied"
    assert (source / "trials.csv").exists()


def test_staging_that_holds_a_source_is_kept(tmp_path: Path, staging: Path) -> None:
    inside = staging / "raw"
    inside.mkdir()
    plan = make_plan(tmp_path, modalities=(modality(inside),))
    assert "lies in it" in error_of(remove(tmp_path, plan=plan)).message
    assert inside.exists()


@pytest.mark.parametrize(
    ("task_id", "event"),
    [(TaskId.SEND_JOB_START_EMAIL, "begin"), (TaskId.SEND_JOB_END_EMAIL, "end")],
)
def test_the_notices_are_asked_for(tmp_path: Path, task_id: TaskId, event: str) -> None:
    (notice,) = attempt(make_spec(tmp_path, task_id)).notices
    assert notice.event == event
