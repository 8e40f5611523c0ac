"""The executor against a real cluster."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.ports.executor import Executor
from aind_data_transfer_service.settings import SlurmSettings
from aind_data_transfer_service.testing.executor_suite import ExecutorTests

from ..services.slurm import Cluster

PROGRAM = (sys.executable, str(Path(__file__).with_name("scripted_program.py")))


def settings_of(cluster: Cluster, **changes: object) -> SlurmSettings:
    values = {
        "url": cluster.rest_url,
        "user": "root",
        "token_command": cluster.token_command,
        "partition": "main",
        "time_limit": timedelta(minutes=5),
        "cpus": 1,
        "memory_mb": 200,
        "submission_grace": timedelta(seconds=1),
        "result_grace": timedelta(seconds=1),
        "lost_after": timedelta(seconds=1),
    }
    return SlurmSettings.model_validate(values | changes)


@pytest.fixture
def cluster(service_url: str) -> Cluster:
    return Cluster.at(service_url)


@pytest.mark.service("slurm")
@pytest.mark.parametrize("version", ["v0.0.36", "v0.0.37", "v0.0.38"])
class TestSlurm(ExecutorTests):
    programs_end_with_their_worker = False

    @pytest.fixture
    def executor(self, cluster: Cluster, version: str, tmp_path: Path) -> Iterator[SlurmExecutor]:
        self.settings = settings_of(cluster, api=version)
        self.executors = [SlurmExecutor(self.settings, program=PROGRAM)]
        yield self.executors[0]
        for folder in tmp_path.iterdir():
            (folder / "go").touch()
        for executor in self.executors:
            executor.close()

    def restarted(self, executor: Executor) -> Executor:
        assert executor in self.executors
        self.executors.append(SlurmExecutor(self.settings, program=PROGRAM))
        return self.executors[-1]
