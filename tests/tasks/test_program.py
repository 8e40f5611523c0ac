"""What a program leaves behind, however it ends."""

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.errors import InvalidInput, Unavailable
from aind_data_transfer_service.files import write_whole
from aind_data_transfer_service.tasks import program
from aind_data_transfer_service.tasks.__main__ import main
from aind_data_transfer_service.tasks.context import Done, Outcome, Skipped, TaskContext
from aind_data_transfer_service.tasks.program import ALREADY_RUNNING, run_attempt
from aind_data_transfer_service.tasks.spec import (
    CREDENTIALS_FILE,
    LOG_FILE,
    PROCESS_FILE,
    PROGRESS_FILE,
    RESULT_FILE,
    SPEC_FILE,
    ResultState,
    SmtpNotice,
    TaskResult,
)

from .factories import make_spec

PROGRAM = (sys.executable, str(Path(__file__).with_name("fault_program.py")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An attempt's folder, laid out."""
    folder = tmp_path / "attempt"
    folder.mkdir()
    spec = make_spec(tmp_path, TaskId.CREATE_STAGING_FOLDER)
    (folder / SPEC_FILE).write_text(spec.model_dump_json())
    write_whole(folder / CREDENTIALS_FILE, b'{"access_key_id": "x"}', mode=0o600)
    return folder


def result_of(folder: Path) -> TaskResult:
    return TaskResult.model_validate_json((folder / RESULT_FILE).read_bytes())


def run(folder: Path, how: str) -> int:
    """Run the attempt in a process of its own, which behaves as told; return its exit code."""
    return subprocess.run([*PROGRAM, str(folder), how], check=False, timeout=60).returncode


@contextmanager
def running(folder: Path, how: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process at work on the attempt, which says when it has begun."""
    with subprocess.Popen([*PROGRAM, str(folder), how], stdin=subprocess.PIPE) as process:
        with (folder / "begun").open("rb") as begun:
            begun.read()
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def begun(folder: Path) -> Path:
    """A pipe on which the program tells that it has begun."""
    os.mkfifo(folder / "begun")
    return folder / "begun"


class TestResult:
    def attempt(self, folder: Path, function: Callable[[TaskContext], Outcome]) -> TaskResult:
        spec = make_spec(folder.parent, TaskId.CREATE_STAGING_FOLDER)
        result = run_attempt(spec, folder, function)
        assert result_of(folder) == result
        assert not (folder / CREDENTIALS_FILE).exists()
        return result

    def test_success(self, folder: Path) -> None:
        notices = (SmtpNotice(event="begin"),)
        result = self.attempt(folder, lambda _ctx: Done({"files": 3}, notices))
        assert result.state is ResultState.SUCCESS
        assert (result.outputs, result.notices, result.error) == ({"files": 3}, notices, None)
        assert result.started_at <= result.ended_at
        assert result.peak_memory_bytes > 1_000_000

    def test_nothing_to_do(self, folder: Path) -> None:
        result = self.attempt(folder, lambda _ctx: Skipped("Nothing there"))
        assert (result.state, result.skip_reason) == (ResultState.SKIPPED, "Nothing there")

    @pytest.mark.parametrize("problem", [InvalidInput("Bad.", row=3), Unavailable("Away.")])
    def test_errors_on_purpose(self, folder: Path, problem: Exception) -> None:
        def fail(_ctx: TaskContext) -> Outcome:
            raise problem

        result = self.attempt(folder, fail)
        assert isinstance(problem, InvalidInput | Unavailable)
        assert result.state is ResultState.FAILED
        assert result.error is not None
        assert result.error.model_dump() == problem.as_dict()

    def test_what_nobody_thought_of(self, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
        result = self.attempt(folder, lambda _ctx: Done({"x": 1 // 0}))
        assert result.error is not None
        assert result.error.code == "internal_error"
        assert "ZeroDivisionError" in result.error.message
        assert "Traceback" in caplog.text
        assert "1 // 0" in caplog.text

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk(self, folder: Path, number: int) -> None:
        def fail(_ctx: TaskContext) -> Outcome:
            raise OSError(number, "No space left on device", "/scratch/x")

        result = self.attempt(folder, fail)
        assert result.error is not None
        assert result.error.code == "disk_full"

    def test_a_full_disk_where_progress_is_kept(self, folder: Path) -> None:
        (folder / PROGRESS_FILE).symlink_to("/dev/full")

        def work(ctx: TaskContext) -> Outcome:
            ctx.progress.set(1, 2)
            return Done()

        result = self.attempt(folder, work)
        assert result.error is not None
        assert result.error.code == "disk_full"

    @pytest.mark.parametrize("output", [object(), "\udcff"])
    def test_outputs_that_no_file_can_hold(self, folder: Path, output: object) -> None:
        result = self.attempt(folder, lambda _ctx: Done({"x": output}))
        assert result.error is not None
        assert result.error.code == "internal_error"

    def test_names_that_are_no_text(self, folder: Path) -> None:
        name = b"caf\xe9".decode(errors="surrogateescape")

        def fail(_ctx: TaskContext) -> Outcome:
            raise InvalidInput(f"{name} is odd.", path=Path(name))

        result = self.attempt(folder, fail)
        assert result.error is not None
        assert result.error.message == "caf\\udce9 is odd."
        assert result.error.details == {"path": "caf\\udce9"}

    def test_a_result_that_could_not_be_finished_is_not_there(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", lambda _descriptor: os.close(-1))
        with pytest.raises(OSError, match="Bad file"):
            run_attempt(
                make_spec(folder.parent, TaskId.CREATE_STAGING_FOLDER), folder, lambda _ctx: Done()
            )
        assert not (folder / RESULT_FILE).exists()


class TestProgram:
    def test_the_task_itself_is_run(self, folder: Path, tmp_path: Path) -> None:
        command = (sys.executable, "-m", "aind_data_transfer_service.tasks", "run")
        ended = subprocess.run([*command, str(folder / SPEC_FILE)], check=False, timeout=60)
        assert ended.returncode == 0
        assert result_of(folder).state is ResultState.SUCCESS
        assert any((tmp_path / "staging").iterdir())
        assert "create_staging_folder: success" in (folder / LOG_FILE).read_text()
        assert json.loads((folder / PROCESS_FILE).read_bytes()).keys() == {
            "pid",
            "started",
            "machine",
        }

    @pytest.mark.parametrize(
        ("how", "state", "code"),
        [
            ("succeed", ResultState.SUCCESS, 0),
            ("skip", ResultState.SKIPPED, 0),
            ("fail", ResultState.FAILED, 1),
        ],
    )
    def test_the_exit_code_says_how_it_ended(
        self, folder: Path, how: str, state: ResultState, code: int
    ) -> None:
        assert run(folder, how) == code
        assert result_of(folder).state is state

    def test_all_it_says_is_in_its_log_but_no_secret(self, folder: Path) -> None:
        run(folder, "talk")
        log = (folder / LOG_FILE).read_text()
        assert "printed" in log
        assert "logged" in log
        assert "hunter2" not in log
        assert "caf\\udce9" in log

    @pytest.mark.usefixtures("begun")
    def test_told_to_end_it_says_so(self, folder: Path) -> None:
        with running(folder, "wait") as process:
            process.terminate()
            assert process.wait(60) == 143
        assert result_of(folder).state is ResultState.CANCELLED
        assert not (folder / CREDENTIALS_FILE).exists()

    @pytest.mark.usefixtures("begun")
    def test_told_to_end_when_the_work_is_done_it_says_that_it_is_done(self, folder: Path) -> None:
        with running(folder, "end slowly") as process:
            process.terminate()
            process.communicate(b"\n", 60)
            assert process.returncode == 0
        assert result_of(folder).state is ResultState.SUCCESS

    @pytest.mark.usefixtures("begun")
    def test_a_second_one_touches_nothing(self, folder: Path) -> None:
        with running(folder, "wait") as process:
            before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
            del before["lock"]
            assert run(folder, "succeed") == ALREADY_RUNNING
            after = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
            assert before.items() <= after.items()
            assert after.keys() - before.keys() == {"lock"}
            process.communicate(b"\n", 60)
        assert result_of(folder).state is ResultState.SUCCESS

    def test_what_has_a_result_is_not_run_again(self, folder: Path) -> None:
        run(folder, "fail")
        before = (folder / RESULT_FILE).read_bytes()
        assert run(folder, "succeed") == 0
        assert (folder / RESULT_FILE).read_bytes() == before

    def test_what_was_killed_is_run_again(self, folder: Path) -> None:
        assert run(folder, "die") == -signal.SIGKILL
        assert not (folder / RESULT_FILE).exists()
        assert run(folder, "succeed") == 0
        assert result_of(folder).state is ResultState.SUCCESS


class TestCommandLine:
    @pytest.mark.parametrize("arguments", [[], ["run"], ["run", "/nowhere/spec.json"], ["x", "y"]])
    def test_wrong_use_is_said(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        assert "usage" in capsys.readouterr().err

    def test_a_busy_attempt_is_left_alone(self, folder: Path) -> None:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert main(["run", str(folder / SPEC_FILE)]) == program.ALREADY_RUNNING
