"""A worker in a process of its own, whose compressions run on a cluster by `cluster_program`.

``python -m tests.engine.cluster_worker HOME DATABASE_URL CONTROL_FOLDER CLUSTER_URL``
"""

import signal
import sys
from pathlib import Path

from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.engine.worker import Worker
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.notify.open import open_couriers
from aind_data_transfer_service.testing.thread_executor import ThreadExecutor

from ..executors.slurm_settings import slurm_settings
from ..services.slurm import Cluster
from .worker_process import quick_settings


def main(home: Path, database_url: str, control: Path, cluster: Cluster) -> None:
    """Work until killed."""
    settings = quick_settings(home, database_url)
    settings = settings.model_copy(
        update={
            "slurm": slurm_settings(cluster),
            "worker": settings.worker.model_copy(update={"jobs": 100}),
        }
    )
    program = (sys.executable, str(Path(__file__).with_name("cluster_program.py")), str(control))
    Worker(
        settings,
        Database(settings.database),
        executor=ThreadExecutor(),
        couriers=open_couriers(settings),
        cluster=SlurmExecutor(settings.slurm, program=program),
    )
    signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Cluster.at(sys.argv[4]))
