"""A job's way through the engine, seen through the services."""

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from aind_data_transfer_service.domain.pipeline import PIPELINE, TaskId
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.repositories import Jobs, JobUnknown
from aind_data_transfer_service.engine.services import control, logs, views
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.errors import InvalidInput, Unavailable
from aind_data_transfer_service.settings import MetadataSettings, RetryPolicy, S3Settings
from aind_data_transfer_service.tasks.context import Done, Outcome, TaskContext
from aind_data_transfer_service.tasks.registry import task_function
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket
from aind_data_transfer_service.testing.tcp_proxy import TcpProxy
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from ..metadata.stub import StubTools
from .conftest import Engine
from .plans import make_session, plan_of

SIX_PARTS = 96 << 20
"""Size of a file that goes to an S3 server in six parts."""


class Scripted:
    """Real tasks, but for one that fails as often as told."""

    def __init__(self, task_id: TaskId, error: Exception | type[SystemExit], times: int) -> None:
        self._task_id = task_id
        self._error = error
        self.times = times
        self.runs: list[str] = []

    def __call__(self, ctx: TaskContext) -> Outcome:
        self.runs.append(ctx.spec.task_id)
        if ctx.spec.task_id == self._task_id and self.times > 0:
            self.times -= 1
            raise self._error
        return task_function(ctx.spec.task_id)(ctx)


def states(job: views.JobDetail) -> dict[str, TaskState]:
    return {task.task_id: task.state for task in job.tasks}


def find(job: views.JobDetail, task_id: TaskId) -> views.TaskView:
    return next(task for task in job.tasks if task.task_id == task_id)


class TestSuccess:
    def test_the_asset_arrives_and_every_task_says_how(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        make_session(tmp_path, names=("behavior", "fib"))
        engine.start_worker()
        [job_id] = engine.submit(plan_of(tmp_path, names=("behavior", "fib")))
        job = engine.wait(job_id)
        assert job.state is JobState.SUCCESS
        assert [task.task_id for task in job.tasks if task.map_index <= 0] == [
            task.task_id for task in PIPELINE
        ]
        assert {task.state for task in job.tasks} == {TaskState.SUCCESS, TaskState.SKIPPED}
        assert find(job, TaskId.REGISTER_DATA_ASSET).note == "Code Ocean is not configured"
        assert [t.label for t in job.tasks if t.task_id == TaskId.COMPRESS_DATA] == [
            "behavior",
            "fib",
        ]
        asset = tmp_path / "bucket" / job.asset_name
        assert (asset / "behavior" / "data.csv").read_text() == "1,2\n" * 100
        assert (asset / "manifest-sha256.txt").exists()
        assert job.files == 5
        assert not any(engine.settings.staging_root.iterdir())

    def test_each_change_left_an_event(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        engine.start_worker()
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait(job_id)
        with engine.database.read() as session:
            events = Jobs(session).events(job_id)
        kinds = [e.kind for e in events if e.task_id in {None, TaskId.UPLOAD_DATA_TO_S3}]
        assert kinds == [
            "job:queued",
            "job:running",
            "task:running",
            "attempt:started",
            "attempt:success",
            "task:success",
            "job:success",
        ]

    def test_logs_of_inline_and_other_tasks_are_kept_apart(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        make_session(tmp_path)
        engine.start_worker()
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait(job_id)
        for task_id in (TaskId.CREATE_STAGING_FOLDER, TaskId.CHECK_METADATA_FILES):
            log = logs.read_log(engine.database, job_id, task_id, map_index=-1, try_number=1)
            assert task_id in log
            assert "success" in log
            assert len({line.split()[3] for line in log.splitlines() if " of job " in line}) == 1

    @pytest.mark.parametrize("with_tools", [False, True])
    def test_what_runs_the_metadata_tools_does_not_run_in_the_worker(
        self, engine: Engine, tmp_path: Path, with_tools: bool
    ) -> None:
        tools = StubTools(tmp_path / "tools")
        record = {"metadata_status": "Valid"}
        tools.answers(gather={"files": {"metadata.nd.json": record}})
        metadata = MetadataSettings(command=tools.command if with_tools else ())
        engine.settings = engine.settings.model_copy(update={"metadata": metadata})
        make_session(tmp_path)
        engine.start_worker()
        [job_id] = engine.submit(plan_of(tmp_path))
        job = engine.wait(job_id)
        assert job.state is JobState.SUCCESS
        ran = {task.task_id: [one.executor for one in task.attempts] for task in job.tasks}
        expected = engine.executor.name if with_tools else "inline"
        assert ran[TaskId.CHECK_METADATA_FILES] == [expected]
        assert ran[TaskId.GATHER_FINAL_METADATA] == [expected]
        assert ran[TaskId.CREATE_STAGING_FOLDER] == ["inline"]

    def test_notices_are_sent_for_what_was_asked(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        engine.start_worker()
        [job_id] = engine.submit(
            plan_of(tmp_path, user_email="a@example.org", notify_on=("begin", "end"))
        )
        engine.wait(job_id)
        engine.stop_worker()
        assert [message["To"] for message in engine.mail.messages] == ["a@example.org"] * 2
        assert all("behavior_690165" in str(m["Subject"]) for m in engine.mail.messages)


class TestFailure:
    def test_a_passing_fault_is_tried_again_and_the_old_attempt_kept(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        make_session(tmp_path)
        script = Scripted(TaskId.UPLOAD_DATA_TO_S3, Unavailable("The network is away."), 2)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path, user_email="a@b.org", notify_on=("retry",)))
        job = engine.wait(job_id)
        engine.stop_worker()
        assert job.state is JobState.SUCCESS
        upload = find(job, TaskId.UPLOAD_DATA_TO_S3)
        assert [a.state for a in upload.attempts] == ["failed", "failed", "success"]
        first = upload.attempts[0].error
        assert first is not None
        assert first["code"] == "unavailable"
        log = logs.read_log(engine.database, job_id, upload.task_id, map_index=-1, try_number=1)
        assert "The network is away." in log
        assert len(engine.mail.messages) == 2

    def test_a_fault_that_stays_ends_the_job_and_a_retry_goes_on_from_there(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        make_session(tmp_path)
        script = Scripted(TaskId.UPLOAD_DATA_TO_S3, InvalidInput("Wrong."), 1)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path, user_email="a@b.org"))
        job = engine.wait(job_id)
        assert job.state is JobState.FAILED
        assert job.error is not None
        assert (job.error["task"], job.error["message"]) == ("upload_data_to_s3", "Wrong.")
        assert states(job)[TaskId.VERIFY_UPLOAD] is TaskState.UPSTREAM_FAILED
        assert states(job)[TaskId.SEND_JOB_END_EMAIL] is TaskState.UPSTREAM_FAILED

        assert retry(engine.database, engine.queue, job_id, by="test").run == 2
        again = engine.wait(job_id)
        assert again.state is JobState.SUCCESS
        assert again.error is None
        assert script.runs.count(TaskId.CHECK_SOURCE_FOLDERS_EXIST) == 1
        upload = find(again, TaskId.UPLOAD_DATA_TO_S3)
        assert [a.state for a in upload.attempts] == ["failed", "success"]
        engine.stop_worker()
        [mail] = engine.mail.messages
        assert "Wrong." in str(mail.get_body(("plain",)))

    def test_a_retry_of_the_verification_sends_anew(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        script = Scripted(TaskId.VERIFY_UPLOAD, InvalidInput("Differs."), 1)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait(job_id)
        retry(engine.database, engine.queue, job_id, by="test")
        assert engine.wait(job_id).state is JobState.SUCCESS
        assert script.runs.count(TaskId.UPLOAD_DATA_TO_S3) == 2

    def test_retries_end(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        script = Scripted(TaskId.UPLOAD_DATA_TO_S3, Unavailable("Away."), 99)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path))
        job = engine.wait(job_id)
        assert job.state is JobState.FAILED
        assert find(job, TaskId.UPLOAD_DATA_TO_S3).try_number == 3

    def test_a_program_that_dies_is_tried_again(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        script = Scripted(TaskId.COMPRESS_DATA, SystemExit, 1)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path))
        job = engine.wait(job_id)
        assert job.state is JobState.SUCCESS
        assert [a.state for a in find(job, TaskId.COMPRESS_DATA).attempts] == ["lost", "success"]

    def test_one_failed_element_lets_the_others_end(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path, names=("behavior", "fib"))
        plan = plan_of(tmp_path, names=("behavior", "fib"))

        def function(ctx: TaskContext) -> Outcome:
            if ctx.spec.task_id == TaskId.COMPRESS_DATA and ctx.spec.map_index == 0:
                raise InvalidInput("Bad.")
            return task_function(ctx.spec.task_id)(ctx)

        engine.start_worker(ThreadExecutor(function))
        [job_id] = engine.submit(plan)
        job = engine.wait(job_id)
        elements = [t.state for t in job.tasks if t.task_id == TaskId.COMPRESS_DATA]
        assert elements == [TaskState.FAILED, TaskState.SUCCESS]
        assert job.state is JobState.FAILED


class TestCancel:
    def test_a_queued_job_ends_at_once(self, engine: Engine, tmp_path: Path) -> None:
        [job_id] = engine.submit(plan_of(tmp_path))
        assert control.cancel(engine.database, job_id, by="test") == JobState.CANCELLED
        assert set(states(engine.job(job_id)).values()) == {TaskState.CANCELLED}
        engine.start_worker()  # finds the job in the queue, and leaves it alone
        make_session(tmp_path)
        [other] = engine.submit(plan_of(tmp_path))
        assert engine.wait(other).state is JobState.SUCCESS
        assert engine.job(job_id).state is JobState.CANCELLED

    def test_a_running_job_ends_and_its_staging_goes(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        held = Event()

        def function(ctx: TaskContext) -> Outcome:
            if ctx.spec.task_id == TaskId.COMPRESS_DATA:
                held.wait(60)
                return Done()
            return task_function(ctx.spec.task_id)(ctx)

        engine.start_worker(ThreadExecutor(function))
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait_until(job_id, lambda job: states(job)[TaskId.COMPRESS_DATA] == "running")
        assert (engine.settings.staging_root / job_id).exists()
        assert control.cancel(engine.database, job_id, by="test") == JobState.RUNNING
        job = engine.wait(job_id)
        held.set()
        assert job.state is JobState.CANCELLED
        assert states(job)[TaskId.COMPRESS_DATA] is TaskState.CANCELLED
        assert states(job)[TaskId.UPLOAD_DATA_TO_S3] is TaskState.CANCELLED
        engine.stop_worker()
        assert not (engine.settings.staging_root / job_id).exists()

    def test_a_job_that_waits_for_its_next_try_ends(self, engine: Engine, tmp_path: Path) -> None:
        make_session(tmp_path)
        patient = RetryPolicy(first_delay=timedelta(hours=1))
        engine.settings = engine.settings.model_copy(update={"retry": patient})
        script = Scripted(TaskId.UPLOAD_DATA_TO_S3, Unavailable("Away."), 99)
        engine.start_worker(ThreadExecutor(script))
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait_until(
            job_id, lambda job: states(job)[TaskId.UPLOAD_DATA_TO_S3] == "up_for_retry"
        )
        control.cancel(engine.database, job_id, by="test")
        assert engine.wait(job_id).state is JobState.CANCELLED

    def test_parts_of_large_files_leave_the_store(
        self, engine: Engine, tmp_path: Path, bucket: S3Bucket
    ) -> None:
        share = make_session(tmp_path)
        (share / "behavior" / "video.avi").write_bytes(bytes(SIX_PARTS))
        with TcpProxy(bucket.endpoint_url) as proxy:
            s3 = S3Settings.model_validate(
                {"endpoint_url": proxy.url, "region": REGION, **bucket.credentials}
            )
            patient = RetryPolicy(first_delay=timedelta(hours=1))
            engine.settings = engine.settings.model_copy(update={"retry": patient, "s3": s3})
            engine.start_worker()
            proxy.break_after(SIX_PARTS // 2)
            [job_id] = engine.submit(plan_of(tmp_path, storage_url=bucket.url))
            engine.wait_until(
                job_id, lambda job: states(job)[TaskId.UPLOAD_DATA_TO_S3] == "up_for_retry"
            )
            proxy.restore()
            client = bucket.client()
            assert len(client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]) == 1
            control.cancel(engine.database, job_id, by="test")
            assert engine.wait(job_id).state is JobState.CANCELLED
            engine.stop_worker()
        assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket.name)
        client.close()

    def test_cancelling_twice_or_too_late_changes_nothing(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        make_session(tmp_path)
        engine.start_worker()
        [job_id] = engine.submit(plan_of(tmp_path))
        engine.wait(job_id)
        assert control.cancel(engine.database, job_id, by="test") == JobState.SUCCESS
        assert not engine.job(job_id).cancel_requested

    def test_unknown_jobs_are_said_to_be_unknown(self, engine: Engine) -> None:
        with pytest.raises(JobUnknown, match="nope"):
            control.cancel(engine.database, "nope", by="test")
