import os
import subprocess
import sys

import psutil
import pytest

from aind_data_transfer_service.processes import is_alive, process_identity


def start(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


def test_a_running_process_is_alive_until_it_ends() -> None:
    with start("input()") as process:
        identity = process_identity(process.pid)
        assert is_alive(identity)
        process.communicate(b"\n")
    assert not is_alive(identity)


def test_another_process_with_the_same_number_is_not_it() -> None:
    identity = process_identity(os.getpid())
    later = {**identity, "started": f"{float(identity['started']) + 10:.2f}"}
    assert is_alive(identity)
    assert not is_alive(later)


def test_a_clock_that_was_set_a_little_makes_no_other_process() -> None:
    identity = process_identity(os.getpid())
    assert is_alive({**identity, "started": f"{float(identity['started']) + 1:.2f}"})


def test_a_zombie_is_not_alive() -> None:
    process = start("")
    identity = process_identity(process.pid)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert not is_alive(identity)
    process.communicate()


def test_what_is_gone_has_no_identity() -> None:
    with start("") as process:
        process.communicate()
    with pytest.raises(psutil.NoSuchProcess):
        process_identity(process.pid)
