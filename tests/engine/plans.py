"""Plans of small real sessions for the engine's tests."""

from pathlib import Path
from typing import Any

from aind_data_transfer_service.domain.plan import JobPlan, ModalityPlan
from aind_data_transfer_service.intake.planning import lay_out


def make_session(folder: Path, *, names: tuple[str, ...] = ("behavior",)) -> Path:
    """Make a share with a folder per modality and the bucket; returns the share."""
    for name in names:
        source = folder / "share" / name
        source.mkdir(parents=True)
        (source / "data.csv").write_text("1,2\n" * 100)
    (folder / "bucket").mkdir()
    return folder / "share"


def plan_of(folder: Path, *, names: tuple[str, ...] = ("behavior",), **changes: Any) -> JobPlan:
    """Return the plan that uploads the session to the bucket beside it."""
    modalities = tuple(
        ModalityPlan(
            name=name, abbreviation=name, source=str(folder / "share" / name), compress=False
        )
        for name in names
    )
    values: dict[str, Any] = {
        "asset_name": "behavior_690165_2024-02-19_11-25-17",
        "bucket": "private",
        "storage_url": (folder / "bucket").as_uri(),
        "project_name": "Ephys Platform",
        "platform": "behavior",
        "platform_name": "Behavior platform",
        "subject_id": "690165",
        "acq_datetime": "2024-02-19T11:25:17",
        "job_type": "behavior",
        "modalities": modalities,
        "tasks": tuple(lay_out(modalities, derivatives_dir=None)),
        "request": {},
    }
    return JobPlan(**(values | changes))
