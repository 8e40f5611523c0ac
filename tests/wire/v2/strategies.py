"""Jobs that are valid, as hypothesis strategies."""

from datetime import datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from aind_data_transfer_service.wire.v2.task_ids import MODALITY_TASKS, V2_NAMES
from aind_data_transfer_service.wire.vocabulary import MODALITIES, PLATFORMS

from .samples import job

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
TEXT = st.text(max_size=20)
TASK: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "skip_task": st.booleans(),
        "image": TEXT,
        "image_version": TEXT,
        "image_resources": st.dictionaries(TEXT, JSON, max_size=2),
        "job_settings": st.dictionaries(TEXT, JSON, max_size=2),
        "command_script": TEXT,
    },
)
# Offsets of whole minutes: pydantic reads no others, and the first service neither.
OFFSET = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
WHEN = st.datetimes(min_value=datetime(1, 1, 2), timezones=st.one_of(st.none(), OFFSET))  # noqa: DTZ001 - the least of both kinds
MODALITY = st.sampled_from(MODALITIES.abbreviations)
TASKS = st.fixed_dictionaries(
    {},
    optional={
        name: st.dictionaries(MODALITY, TASK, max_size=2) if name in MODALITY_TASKS else TASK
        for name in V2_NAMES.values()
    },
)


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Any]:
    modalities = draw(st.lists(MODALITY, min_size=1, max_size=4, unique=True))
    platform = draw(st.none() | st.sampled_from(PLATFORMS.terms))
    members: dict[str, Any] = {
        "modalities": [{"abbreviation": name} for name in modalities],
        "subject_id": draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9\-]{0,20}", fullmatch=True)),
        "acq_datetime": draw(WHEN).isoformat(),
        "s3_bucket": draw(st.sampled_from(["private", "open", "default"])),
        "tasks": draw(TASKS),
    }
    if platform is not None:
        members["platform"] = {"name": platform.name}
    return job(**members)
