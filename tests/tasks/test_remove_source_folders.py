"""Sources go only if the asset has every byte of them, and nothing else ever does."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.tasks.upload_journal import JOURNAL_FILE

from .factories import JOB_ID, earlier, modality
from .removal_site import FILES, Site, error_of, outputs, reading, tree, uploaded, write


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return uploaded(tmp_path)


class TestRemoval:
    def test_a_folder_that_is_in_the_asset_goes(self, site: Site) -> None:
        (site.behavior / "empty").mkdir()
        done = outputs(site.remove())
        size = sum(map(len, FILES.values()))
        assert list(site.share.iterdir()) == []
        assert (done["files"], done["bytes"], done["dry_run"]) == (len(FILES), size, False)
        assert done["folders"] == [
            {"name": "behavior", "source": str(site.behavior), "files": len(FILES), "bytes": size}
        ]
        assert tree(site.asset / "behavior") == FILES

    def test_by_default_nothing_is_removed(self, site: Site) -> None:
        done = outputs(site.remove(settings={}))
        assert tree(site.behavior) == FILES
        assert (done["dry_run"], done["files"]) == (True, len(FILES))
        assert sorted(done["would_remove"]) == sorted(f"{site.behavior}/{name}" for name in FILES)

    def test_doing_it_again_changes_nothing_and_says_the_same(self, site: Site) -> None:
        assert outputs(site.remove()) == outputs(site.remove())

    def test_a_new_folder_in_its_place_is_not_taken_for_the_old_one(self, site: Site) -> None:
        site.remove()
        write(site.behavior, {"new.csv": b"another session"})
        error_of(site.remove(), "sources_kept")
        assert tree(site.behavior) == {"new.csv": b"another session"}

    def test_only_modalities_that_are_named(self, tmp_path: Path) -> None:
        videos = tmp_path / "share" / "videos"
        write(videos, {"a.mp4": b"video"})
        both = (
            modality(tmp_path / "share" / "behavior_data"),
            modality(videos, "behavior-videos"),
        )
        site = uploaded(tmp_path, modalities=both)
        settings = {"dry_run": False, "modalities_to_delete": ["behavior-videos"]}
        assert outputs(site.remove(settings=settings))["files"] == 1
        assert not videos.exists()
        assert tree(site.behavior) == FILES

    def test_derivatives_go_too(self, tmp_path: Path) -> None:
        derived = tmp_path / "share" / "derived"
        write(derived, {"mip.tif": b"picture"})
        site = uploaded(tmp_path, derivatives_dir=str(derived))
        done = outputs(site.remove())
        assert [folder["name"] for folder in done["folders"]] == ["behavior", "derivatives"]
        assert list(site.share.iterdir()) == []


class TestMetadata:
    def test_what_the_asset_has_goes_and_the_rest_stays(self, tmp_path: Path) -> None:
        folder = tmp_path / "share"
        write(folder, {"subject.json": b'{"subject_id": "690165"}', "notes.txt": b"keep"})
        site = uploaded(tmp_path, metadata_dir=str(folder / "meta"), **_linked_metadata(folder))
        assert tree(site.asset)["subject.json"] == b'{"subject_id": "690165"}'
        done = outputs(site.remove())
        assert tree(folder) == {"meta/notes.txt": b"keep"}
        assert done["folders"][-1]["files"] == 1
        assert done["kept"] == [f"{folder}/meta/notes.txt is not in the asset as it is"]

    def test_an_empty_folder_goes(self, tmp_path: Path) -> None:
        folder = tmp_path / "share"
        write(folder, {"subject.json": b'{"subject_id": "690165"}'})
        site = uploaded(tmp_path, metadata_dir=str(folder / "meta"), **_linked_metadata(folder))
        outputs(site.remove())
        assert list(folder.iterdir()) == []

    def test_a_file_that_changed_stays(self, tmp_path: Path) -> None:
        folder = tmp_path / "share"
        write(folder, {"subject.json": b'{"subject_id": "690165"}'})
        site = uploaded(tmp_path, metadata_dir=str(folder / "meta"), **_linked_metadata(folder))
        (folder / "meta" / "subject.json").write_text('{"subject_id": "690166"}')
        outputs(site.remove())
        assert tree(folder) == {"meta/subject.json": b'{"subject_id": "690166"}'}

    def test_a_folder_beside_the_roots_stays(self, tmp_path: Path) -> None:
        meta = tmp_path / "elsewhere"
        write(meta, {"subject.json": b'{"subject_id": "690165"}'})
        site = uploaded(tmp_path, metadata_dir=str(meta))
        outputs(site.remove())
        assert tree(meta) == {"subject.json": b'{"subject_id": "690165"}'}


def _linked_metadata(folder: Path) -> dict[str, Any]:
    """Move what is in a folder to ``meta`` in it, where metadata lie."""
    (folder / "meta").mkdir()
    for path in [path for path in folder.iterdir() if path.is_file()]:
        path.rename(folder / "meta" / path.name)
    return {}


def _later(path: Path) -> None:
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def _same_size_and_time(path: Path) -> None:
    found = path.stat()
    path.write_bytes(bytes(reversed(path.read_bytes())))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _replace_by_link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        place = os.open(path.parent, os.O_RDONLY)
        end.bind(f"/proc/self/fd/{place}/socket")
        os.close(place)


CHANGES: dict[str, Callable[[Path], object]] = {
    "another time": _later,
    "another content of the same size and time": _same_size_and_time,
    "more at its end": _grow,
    "a link in its place": _replace_by_link,
    "another name": lambda path: path.with_name("another").hardlink_to(path),
    "a new file beside it": lambda path: path.with_name("new").write_bytes(b"new"),
    "a link out of the tree": lambda path: path.with_name("out").symlink_to("/etc"),
    "a link that leads nowhere": lambda path: path.with_name("out").symlink_to("/nowhere"),
    "a pipe": lambda path: os.mkfifo(path.with_name("pipe")),
    "a socket": _socket,
    "Thumbs.db": lambda path: path.with_name("Thumbs.db").write_bytes(b""),
}


class TestWhatTheAssetDoesNotHave:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    @pytest.mark.parametrize("name", ["trials.csv", "rig/camera 1.bin"])
    def test_keeps_the_whole_folder(
        self, site: Site, name: str, change: Callable[[Path], object]
    ) -> None:
        change(site.behavior / name)
        before = _listing(site.behavior)
        error = error_of(site.remove(), "sources_kept")
        assert _listing(site.behavior) == before
        assert error.details["removed"] == []
        assert [kept["name"] for kept in error.details["kept"]] == ["behavior"]
        assert str(site.behavior) in error.message

    def test_other_modalities_go_all_the_same(self, tmp_path: Path) -> None:
        videos = tmp_path / "share" / "videos"
        write(videos, {"a.mp4": b"video"})
        both = (
            modality(tmp_path / "share" / "behavior_data"),
            modality(videos, "behavior-videos"),
        )
        site = uploaded(tmp_path, modalities=both)
        (site.behavior / "new").write_text("new")
        error = error_of(site.remove(), "sources_kept")
        assert [removed["name"] for removed in error.details["removed"]] == ["behavior-videos"]
        assert not videos.exists()
        assert tree(site.behavior) == FILES | {"new": b"new"}
        (site.behavior / "new").unlink()
        assert outputs(site.remove())["files"] == len(FILES) + 1

    def test_what_is_gone_already_is_no_loss(self, site: Site) -> None:
        (site.behavior / "trials.csv").unlink()
        assert outputs(site.remove())["files"] == len(FILES) - 1
        assert not site.behavior.exists()

    def test_a_folder_that_is_gone_already(self, site: Site) -> None:
        site.behavior.rename(site.home / "moved")
        done = outputs(site.remove())
        assert done["files"] == 0
        assert done["kept"] == [f"{site.behavior} is gone"]
        assert tree(site.home / "moved") == FILES

    def test_a_file_that_cannot_be_read(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.open

        def refuse(path: Any, *arguments: Any, **options: Any) -> int:
            if path == "trials.csv":
                raise PermissionError(13, "Permission denied")
            return real(path, *arguments, **options)

        monkeypatch.setattr(os, "open", refuse)
        assert "cannot be read" in error_of(site.remove(), "sources_kept").message

    def test_a_folder_that_may_not_be_changed(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: Any, **_options: Any) -> None:
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(os, "rename", refuse)
        error = error_of(site.remove(), "sources_kept")
        assert "cannot be moved: Read-only file system" in error.message
        assert tree(site.behavior) == FILES


def _listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    return {
        str(path.relative_to(folder)): (found.st_ino, found.st_size, found.st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if not path.is_dir() or path.is_symlink()
        for found in [path.lstat()]
    }


class TestWhatIsRefused:
    """Nothing is compared then, and nothing removed."""

    @pytest.fixture(autouse=True)
    def _all_stays(self, site: Site) -> Any:
        yield
        assert tree(site.behavior) == FILES

    def test_without_roots(self, site: Site) -> None:
        error_of(site.remove(removal_roots=()), "removal_refused")

    def test_what_lies_beside_the_roots(self, site: Site) -> None:
        beside = (str(site.share / "behavior"), str(site.share / "behavior_data2"))
        error_of(site.remove(removal_roots=beside), "removal_refused")

    def test_a_root_itself(self, site: Site) -> None:
        error_of(site.remove(removal_roots=(str(site.behavior),)), "removal_refused")

    @pytest.mark.parametrize("task_id", [TaskId.VERIFY_UPLOAD, TaskId.REGISTER_DATA_ASSET])
    @pytest.mark.parametrize("state", ["failed", "skipped", None])
    def test_what_is_not_verified_or_registered(
        self, site: Site, task_id: TaskId, state: str | None
    ) -> None:
        done = [task for task in site.done if task.task_id != task_id]
        if state is not None:
            done.append(earlier(task_id, state=state))
        error = error_of(site.remove(earlier=tuple(done)), "removal_refused")
        assert task_id in error.message

    def test_an_object_that_was_lost_since(self, site: Site) -> None:
        (site.asset / "behavior" / "trials.csv").unlink()
        assert "trials.csv" in error_of(site.remove(), "removal_refused").message

    def test_an_object_that_was_changed_since(self, site: Site) -> None:
        (site.asset / "behavior" / "trials.csv").write_bytes(b"trial\n1\n")
        error_of(site.remove(), "removal_refused")

    def test_another_manifest(self, site: Site) -> None:
        done = [t for t in site.done if t.task_id != TaskId.UPLOAD_DATA_TO_S3]
        done.append(earlier(TaskId.UPLOAD_DATA_TO_S3, outputs={"manifest_sha256": "0" * 64}))
        error_of(site.remove(earlier=tuple(done)), "removal_refused")

    def test_without_the_manifest(self, site: Site) -> None:
        (site.home / "jobs" / JOB_ID / "manifest-sha256.txt").unlink()
        error_of(site.remove(), "manifest_missing")

    def test_without_the_sizes_and_times_of_the_upload(self, site: Site) -> None:
        (site.home / "jobs" / JOB_ID / JOURNAL_FILE).unlink()
        error_of(site.remove(), "sources_kept")

    @pytest.mark.parametrize("where", [".", "rig", "rig/deep", ".."])
    def test_a_folder_that_another_job_reads(self, site: Site, where: str) -> None:
        others = reading(site.share / "other", site.behavior / where)
        error = error_of(site.remove(others=others), "source_in_use")
        assert error.retryable
        assert "other" in error.message

    def test_a_folder_that_another_job_reads_by_another_name(self, site: Site) -> None:
        (site.home / "link").symlink_to(site.share)
        others = reading(site.home / "link" / "behavior_data")
        error_of(site.remove(others=others), "source_in_use")

    def test_the_place_of_a_store(self, site: Site) -> None:
        site.plan = site.plan.model_copy(update={"storage_url": (site.behavior / "b").as_uri()})
        assert "own" in error_of(site.remove(), "removal_refused").message

    def test_settings_that_are_not_known(self, site: Site) -> None:
        for wrong in ({"dry_run": "no"}, {"dryrun": False}, {"modalities_to_delete": "all"}):
            error_of(site.remove(settings=wrong), "removal_settings_invalid")


class TestLinks:
    def test_a_source_that_became_a_link_stays(self, site: Site) -> None:
        moved = site.share / "moved"
        site.behavior.rename(moved)
        site.behavior.symlink_to(moved)
        error_of(site.remove(), "removal_refused")
        assert tree(moved) == FILES

    def test_a_folder_above_that_became_a_link(self, tmp_path: Path) -> None:
        source = tmp_path / "share" / "rig" / "behavior"
        write(source, FILES)
        site = uploaded(tmp_path, modalities=(modality(source),))
        source.parent.rename(tmp_path / "elsewhere")
        source.parent.symlink_to(tmp_path / "elsewhere")
        error_of(site.remove(), "removal_refused")
        assert tree(tmp_path / "elsewhere" / "behavior") == FILES

    def test_a_source_named_by_a_link_is_found_where_it_is(self, tmp_path: Path) -> None:
        real = tmp_path / "share" / "real"
        write(real, FILES)
        (tmp_path / "link").symlink_to(real)
        site = uploaded(tmp_path, modalities=(modality(tmp_path / "link"),))
        outputs(site.remove())
        assert not real.exists()


class TestTransformed:
    def test_what_was_not_uploaded_as_it_is_stays(self, site: Site) -> None:
        done = [task for task in site.done if task.task_id != TaskId.COMPRESS_DATA]
        compressed = {"action": "compressed", "source": str(site.behavior)}
        done.append(earlier(TaskId.COMPRESS_DATA, 0, outputs=compressed))
        result = outputs(site.remove(earlier=tuple(done)))
        assert result["kept"] == [f"{site.behavior} was not uploaded as it is"]
        assert tree(site.behavior) == FILES
