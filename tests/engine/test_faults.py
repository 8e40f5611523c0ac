"""Causes of trouble, each met by a whole job: a clear error, nothing lost, and a retry that works.

Each case breaks something, sees the job fail with the right code at the right task, mends it, and
sees the same job succeed when it is tried again.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.engine.services.views import JobDetail
from aind_data_transfer_service.intake.planning import lay_out
from aind_data_transfer_service.settings import RetryPolicy, S3Settings
from aind_data_transfer_service.tasks.context import Outcome, TaskContext
from aind_data_transfer_service.tasks.registry import task_function
from aind_data_transfer_service.testing.open_ephys import make_open_ephys_session
from aind_data_transfer_service.testing.s3_bucket import S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from .conftest import Engine
from .plans import make_session, plan_of

# None of these depends on the kind of database, but the last, which PostgreSQL does not know.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CHECK = TaskId.CHECK_SOURCE_FOLDERS_EXIST


@dataclass(frozen=True)
class Trouble:
    """What is wrong, how the job says so, and how it is mended."""

    name: str
    break_it: Callable[[Path], None]
    mend: Callable[[Path], None]
    code: str
    says: str
    task: TaskId = CHECK


def source(folder: Path) -> Path:
    return folder / "share" / "behavior"


def dat(folder: Path) -> Path:
    return next((folder / "share" / "ecephys").rglob("*AP/continuous.dat"))


def oebin(folder: Path) -> Path:
    return next((folder / "share" / "ecephys").rglob("structure.oebin"))


def aside(path: Path) -> Path:
    return path.with_name(path.name + ".aside")


def move_away(path: Path) -> None:
    path.rename(aside(path))


def move_back(path: Path) -> None:
    aside(path).rename(path)


def put_file_there(path: Path) -> None:
    move_away(path)
    path.write_text("not a folder")


def take_file_away(path: Path) -> None:
    path.unlink()
    move_back(path)


def truncate(path: Path) -> None:
    shutil.copy(path, aside(path))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1)


def restore(path: Path) -> None:
    aside(path).replace(path)


def name_missing_stream(path: Path) -> None:
    shutil.copy(path, aside(path))
    structure = json.loads(path.read_text())
    structure["continuous"][0]["folder_name"] = "Nowhere-1.ProbeZ/"
    path.write_text(json.dumps(structure))


TROUBLES = (
    Trouble(
        "missing folder",
        lambda folder: move_away(source(folder)),
        lambda folder: move_back(source(folder)),
        "sources_unusable",
        "behavior",
    ),
    Trouble(
        "file as source",
        lambda folder: put_file_there(source(folder)),
        lambda folder: take_file_away(source(folder)),
        "sources_unusable",
        "a folder is needed",
    ),
    Trouble(
        "broken link",
        lambda folder: (source(folder) / "link").symlink_to("nowhere"),
        lambda folder: (source(folder) / "link").unlink(),
        "sources_unusable",
        "link",
    ),
    Trouble(
        "truncated recording",
        lambda folder: truncate(dat(folder)),
        lambda folder: restore(dat(folder)),
        "sources_unusable",
        "continuous.dat",
    ),
    Trouble(
        "stream named that is not there",
        lambda folder: name_missing_stream(oebin(folder)),
        lambda folder: restore(oebin(folder)),
        "sources_unusable",
        "structure.oebin",
    ),
    Trouble(
        "bucket missing",
        lambda folder: move_away(folder / "bucket"),
        lambda folder: move_back(folder / "bucket"),
        "bucket_missing",
        "bucket",
        TaskId.CHECK_S3_FOLDER_EXISTS,
    ),
)


def session_plan(folder: Path) -> JobPlan:
    """Make a session with a small recording, and the plan that uploads it compressed."""
    make_session(folder)
    make_open_ephys_session(folder / "share" / "ecephys", seconds=0.1, channels=8)
    modalities = (
        ModalityPlan(
            name="Behavior", abbreviation="behavior", source=str(source(folder)), compress=False
        ),
        ModalityPlan(
            name="Extracellular electrophysiology",
            abbreviation="ecephys",
            source=str(folder / "share" / "ecephys"),
            compress=True,
        ),
    )
    tasks = tuple(lay_out(modalities, derivatives_dir=None))
    return plan_of(folder, modalities=modalities, tasks=tasks)


def failed_task(job: JobDetail) -> str:
    return next(task.task_id for task in job.tasks if task.state is TaskState.FAILED)


def retried(engine: Engine, job_id: str) -> JobDetail:
    retry(engine.database, engine.queue, job_id, by="test")
    return engine.wait(job_id)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_what_is_broken_is_named_and_a_retry_works_once_it_is_mended(
    engine: Engine, tmp_path: Path, trouble: Trouble
) -> None:
    plan = session_plan(tmp_path)
    trouble.break_it(tmp_path)
    engine.start_worker()
    [job_id] = engine.submit(plan)
    job = engine.wait(job_id)
    assert job.state is JobState.FAILED
    assert failed_task(job) == trouble.task
    assert job.error is not None
    assert job.error["code"] == trouble.code
    assert trouble.says in job.error["message"]
    assert job.error["what_to_do"]
    trouble.mend(tmp_path)
    assert retried(engine, job_id).state is JobState.SUCCESS
    assert (tmp_path / "bucket" / plan.asset_name / "manifest-sha256.txt").exists()


def test_no_space_for_staging(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = session_plan(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1000))
        engine.start_worker()
        [job_id] = engine.submit(plan)
        job = engine.wait(job_id)
    assert job.error is not None
    assert (failed_task(job), job.error["code"]) == (CHECK, "staging_full")
    assert retried(engine, job_id).state is JobState.SUCCESS


def test_the_disk_fills_up_while_compressing(engine: Engine, tmp_path: Path) -> None:
    plan = session_plan(tmp_path)
    no_space = [OSError(28, "No space left on device", str(tmp_path / "staging"))]

    def function(ctx: TaskContext) -> Outcome:
        modality = ctx.spec.modality
        compresses = modality is not None and modality.compress
        if ctx.spec.task_id == TaskId.COMPRESS_DATA and compresses and no_space:
            raise no_space.pop()
        return task_function(ctx.spec.task_id)(ctx)

    engine.start_worker(ThreadExecutor(function))
    [job_id] = engine.submit(plan)
    job = engine.wait(job_id)
    assert job.error is not None
    assert (failed_task(job), job.error["code"]) == (TaskId.COMPRESS_DATA, "disk_full")
    assert retried(engine, job_id).state is JobState.SUCCESS


@pytest.fixture
def proxy(bucket: S3Bucket) -> Iterator[TcpProxy]:
    with TcpProxy(bucket.endpoint_url) as proxy:
        yield proxy


def use_s3(engine: Engine, bucket: S3Bucket, *, endpoint_url: str, secret: str) -> None:
    s3 = S3Settings(
        endpoint_url=endpoint_url,
        region="us-east-1",
        access_key_id=SecretStr(bucket.access_key_id),
        secret_access_key=SecretStr(secret),
    )
    patient = RetryPolicy(times=20, first_delay=timedelta(milliseconds=200), factor=1)
    engine.settings = engine.settings.model_copy(update={"s3": s3, "retry": patient})


def test_storage_gone_in_mid_upload_and_back(
    engine: Engine, tmp_path: Path, bucket: S3Bucket, proxy: TcpProxy
) -> None:
    make_session(tmp_path)
    (source(tmp_path) / "large.bin").write_bytes(bytes(3_000_000))
    use_s3(engine, bucket, endpoint_url=proxy.url, secret=bucket.secret_access_key)
    proxy.break_after(1_000_000)
    engine.start_worker()
    [job_id] = engine.submit(plan_of(tmp_path, storage_url=bucket.url))
    waiting = engine.wait_until(
        job_id, lambda job: any(task.state == "up_for_retry" for task in job.tasks)
    )
    [upload] = [task for task in waiting.tasks if task.state is TaskState.UP_FOR_RETRY]
    assert upload.task_id == TaskId.UPLOAD_DATA_TO_S3
    assert upload.error is not None
    assert upload.error["code"] == "storage_unavailable"
    proxy.restore()
    assert engine.wait(job_id).state is JobState.SUCCESS


@pytest.mark.service("swift")
def test_storage_refuses_the_credentials(engine: Engine, tmp_path: Path, service_url: str) -> None:
    make_session(tmp_path)
    bucket = S3Bucket.at(service_url)
    use_s3(engine, bucket, endpoint_url=bucket.endpoint_url, secret="wrong")
    engine.start_worker()
    [job_id] = engine.submit(plan_of(tmp_path, storage_url=bucket.url))
    job = engine.wait(job_id)
    assert job.error is not None
    assert job.error["code"] == "storage_refused"
    engine.stop_worker()
    use_s3(engine, bucket, endpoint_url=bucket.endpoint_url, secret=bucket.secret_access_key)
    engine.start_worker()
    assert retried(engine, job_id).state is JobState.SUCCESS


def test_a_database_that_is_locked_for_a_while(engine: Engine, tmp_path: Path) -> None:
    make_session(tmp_path)
    path = engine.settings.database.removeprefix("sqlite:///")
    lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def function(ctx: TaskContext) -> Outcome:
        if ctx.spec.task_id == TaskId.COMPRESS_DATA:
            lock.execute("BEGIN IMMEDIATE")
        return task_function(ctx.spec.task_id)(ctx)

    with closing(lock):
        engine.start_worker(ThreadExecutor(function))
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait_until(job_id, lambda _job: lock.in_transaction)
        assert engine.job(job_id).state is JobState.RUNNING  # reading goes on
        lock.execute("ROLLBACK")
        assert engine.wait(job_id).state is JobState.SUCCESS
