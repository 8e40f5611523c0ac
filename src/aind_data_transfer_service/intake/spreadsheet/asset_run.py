"""The Code Ocean run that a sheet names for a whole asset, as V1 requests could."""

from datetime import datetime
from typing import Any

from ...domain.asset_name import NamePartInvalid, asset_name
from ...wire.vocabulary import PLATFORMS


def asset_run(params: dict[str, str], mount: str, job: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a run that works on the asset, and whose results are kept.

    They are those that V1's ``process_capsule_id`` stands for.

    Parameters
    ----------
    params
        ``capsule_id`` or ``pipeline_id``.
    mount
        Where the run finds the asset; empty: under the asset's name.
    job
        The job, as far as the row tells it.
    """
    platform = PLATFORMS.find(job.get("platform", ""))
    short = "" if platform is None else platform.abbreviation
    subject = job.get("subject_id", "")
    return {
        "run_params": {**params, "data_assets": [{"id": "", "mount": mount or _name(short, job)}]},
        "capture_settings": {
            "tags": ["derived", subject, short],
            "custom_metadata": {
                "experiment type": short,
                "subject id": subject,
                "data level": "derived",
            },
        },
    }


def _name(platform: str, job: dict[str, Any]) -> str:
    """Return the asset's name; empty if the row is wrong, which is told elsewhere."""
    try:
        when = datetime.fromisoformat(job["acq_datetime"])
        return asset_name(platform, job["subject_id"], when)
    except (KeyError, NamePartInvalid):
        return ""
