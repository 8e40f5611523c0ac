from collections.abc import Iterator

import pytest

from aind_data_transfer_service.ports.executor import Executor
from aind_data_transfer_service.testing.executor_suite import ExecutorTests, scripted
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor


class TestThreads(ExecutorTests):
    @pytest.fixture
    def executor(self) -> Iterator[ThreadExecutor]:
        executor = ThreadExecutor(scripted)
        yield executor
        executor.end_all()

    def restarted(self, executor: Executor) -> Executor:
        return executor  # threads do not outlive the worker
