"""A job that was uploaded for real, whose sources may now be removed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.tasks.spec import (
    EarlierTask,
    OtherJob,
    ResultState,
    TaskError,
    TaskResult,
)

from .factories import ASSET_NAME, JOB_ID, attempt, earlier, make_plan, make_spec

FILES = {
    "trials.csv": b"trial\n0\n",
    "rig/camera 1.bin": bytes(range(256)) * 40,
    "rig/deep/er/.hidden": b"",
    "rig/*[1]'\" \xc3\xa9.txt".encode("latin-1").decode(): b"odd",
}


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files, with the folders they lie in."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def tree(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, none if it is not there."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@dataclass
class Site:
    """A share, a store that is a folder, and one job."""

    home: Path
    plan: JobPlan
    done: tuple[EarlierTask, ...] = ()

    @property
    def share(self) -> Path:
        """Where sources may be removed below."""
        return self.home / "share"

    @property
    def behavior(self) -> Path:
        """The folder of the modality."""
        return self.share / "behavior_data"

    @property
    def asset(self) -> Path:
        """Where the objects are."""
        return self.home / "bucket" / ASSET_NAME

    def upload(self) -> None:
        """Stage, upload and verify the sources."""
        for folder in ("staging", "jobs"):
            (self.home / folder / JOB_ID).mkdir(parents=True)
        (self.home / "bucket").mkdir()
        for index in range(len(self.plan.modalities)):
            self._do(TaskId.COMPRESS_DATA, index)
        if self.plan.derivatives_dir is not None:
            self._do(TaskId.COPY_DERIVATIVES_FOLDER)
        if self.plan.metadata_dir is not None:
            self._do(TaskId.GATHER_PRELIMINARY_METADATA)
        self._do(TaskId.UPLOAD_DATA_TO_S3)
        self._do(TaskId.VERIFY_UPLOAD)
        self.done += (earlier(TaskId.REGISTER_DATA_ASSET),)

    def remove(self, **changes: Any) -> TaskResult:
        """Run an attempt at the removal, for real unless ``settings`` say otherwise."""
        values: dict[str, Any] = {
            "settings": {"dry_run": False},
            "removal_roots": (str(self.share),),
            "earlier": self.done,
        }
        spec = make_spec(
            self.home, TaskId.REMOVE_SOURCE_FOLDERS, plan=self.plan, **(values | changes)
        )
        return attempt(spec)

    def _do(self, task_id: TaskId, map_index: int = -1) -> None:
        spec = make_spec(self.home, task_id, plan=self.plan, map_index=map_index, earlier=self.done)
        result = attempt(spec)
        assert result.state is ResultState.SUCCESS, result.error
        self.done += (earlier(task_id, map_index, outputs=result.outputs),)


def uploaded(home: Path, files: dict[str, bytes] = FILES, **changes: Any) -> Site:
    """Return a site whose one modality has these files, uploaded and verified."""
    site = Site(home, make_plan(home, **changes))
    site.behavior.mkdir(parents=True, exist_ok=True)
    write(site.behavior, files)
    site.upload()
    return site


def reading(*folders: Path) -> tuple[OtherJob, ...]:
    """Return another job that is under way and reads these folders."""
    return (OtherJob(job_id="other", sources=tuple(map(str, folders))),)


def outputs(result: TaskResult) -> dict[str, Any]:
    """Return what a successful attempt says."""
    assert result.state is ResultState.SUCCESS, result.error
    return result.outputs


def error_of(result: TaskResult, code: str) -> TaskError:
    """Return why an attempt failed."""
    assert result.error is not None
    assert result.error.code == code, result.error.message
    return result.error
