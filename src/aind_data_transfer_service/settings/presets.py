"""Where the presets are kept."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from .section import HttpUrl, Period, PresetPrefix, Section


class PresetSettings(Section):
    """Where the presets are kept."""

    store: Literal["files", "ssm"] = "files"
    """``files``: a folder, over the presets that come with the service; ``ssm``: AWS Systems
    Manager Parameter Store, with the machine's own AWS configuration."""
    folder: Path | None = None
    """Folder of the store ``files``; None: ``presets`` in home."""
    prefix: PresetPrefix = "/job_types"
    """What all names begin with, for example ``/aind/airflow/variables/job_types``."""
    endpoint_url: HttpUrl | None = None
    """Another Parameter Store than AWS's, for tests."""
    region: str | None = None
    refresh: Period = timedelta(minutes=1)
    """How long until a change made elsewhere is seen."""
