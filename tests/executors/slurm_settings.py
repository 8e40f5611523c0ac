"""Settings for the clusters of tests."""

from datetime import timedelta
from typing import Any

from aind_data_transfer_service.settings import SlurmSettings

from ..services.slurm import Cluster


def slurm_settings(cluster: Cluster, **changes: Any) -> SlurmSettings:
    """Return settings for a cluster, for small jobs and impatient tests."""
    values = {
        "url": cluster.rest_url,
        "user": "root",
        "token_command": cluster.token_command,
        "partition": "main",
        "time_limit": timedelta(minutes=5),
        "cpus": 1,
        "memory_mb": 200,
        "poll": timedelta(milliseconds=200),
        "submission_grace": timedelta(seconds=1),
        "result_grace": timedelta(seconds=1),
        "lost_after": timedelta(seconds=1),
    }
    return SlurmSettings.model_validate(values | changes)
