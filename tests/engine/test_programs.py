import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.engine import transitions
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.services.programs import end_local_programs
from aind_data_transfer_service.processes import process_identity

from .conftest import Engine
from .plans import make_session, plan_of


@pytest.fixture
def program() -> Iterator["subprocess.Popen[bytes]"]:
    """A program that goes on for longer than any test, in a process group of its own."""
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    with subprocess.Popen(command, start_new_session=True) as program:
        yield program
        program.kill()


@pytest.mark.parametrize("ended", [False, True])
def test_programs_of_open_attempts_are_killed_and_no_others(
    engine: Engine, tmp_path: Path, program: "subprocess.Popen[bytes]", *, ended: bool
) -> None:
    make_session(tmp_path)
    (job_id,) = engine.submit(plan_of(tmp_path))
    with engine.database.write() as session:
        task = Jobs(session).find_task(job_id, TaskId.CHECK_SOURCE_FOLDERS_EXIST, -1)
        attempt = transitions.add_attempt(session, task, executor="local", folder=str(tmp_path))
        session.flush()
        transitions.attempt_started(session, task, attempt, process_identity(program.pid))
        if ended:
            attempt.state = "success"
    end_local_programs(engine.database)
    if ended:
        assert program.poll() is None
    else:
        assert program.wait() == -signal.SIGKILL
