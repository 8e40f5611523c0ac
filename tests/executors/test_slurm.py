"""The executor against a real cluster."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.ports.executor import Executor
from aind_data_transfer_service.testing.executor_suite import ExecutorTests

from ..services.slurm import Cluster
from .slurm_settings import slurm_settings

PROGRAM = (sys.executable, str(Path(__file__).with_name("scripted_program.py")))


@pytest.fixture
def cluster(service_url: str) -> Cluster:
    return Cluster.at(service_url)


@pytest.mark.service("slurm")
@pytest.mark.parametrize("version", ["v0.0.36", "v0.0.37", "v0.0.38"])
class TestSlurm(ExecutorTests):
    programs_end_with_their_worker = False

    @pytest.fixture
    def executor(self, cluster: Cluster, version: str, tmp_path: Path) -> Iterator[SlurmExecutor]:
        self.settings = slurm_settings(cluster, api=version)
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
