"""Requests that are valid, as hypothesis strategies."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from aind_data_transfer_service.wire.vocabulary import MODALITIES, PLATFORMS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
PATHS = st.from_regex(r"\A(/[A-Za-z0-9 ._-]{1,8}){1,4}\Z")


def _spelling(abbreviation: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [abbreviation, abbreviation.upper(), abbreviation.lower(), abbreviation.replace("-", "_")]
    )


@st.composite
def modalities(draw: st.DrawFn, known: Sequence[str]) -> list[dict[str, Any]]:
    words = draw(st.lists(st.sampled_from(known), min_size=1, max_size=4, unique=True))
    chosen = []
    for number, word in enumerate(words):
        term = MODALITIES.get(word)
        as_object = st.just({"name": term.name, "abbreviation": term.abbreviation})
        chosen.append(
            {
                "modality": draw(_spelling(word) | as_object),
                "source": f"/data/{number}{draw(PATHS)}",
                "compress_raw_data": draw(st.none() | st.booleans()),
                "job_settings": draw(
                    st.none() | st.dictionaries(st.text(max_size=5), JSON, max_size=3)
                ),
                "slurm_settings": draw(
                    st.none()
                    | st.fixed_dictionaries(
                        {"environment": st.just({})},
                        optional={"time_limit": st.integers(1, 9999), "qos": st.text(max_size=5)},
                    )
                ),
            }
        )
    return chosen


def jobs(known: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "project_name": st.text(max_size=10),
            "platform": st.sampled_from(PLATFORMS.abbreviations).flatmap(_spelling),
            "modalities": modalities(known),
            "subject_id": st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9-]|\.(?!\.)){0,10}\Z"),
            "acq_datetime": st.datetimes().filter(lambda time: time.year >= 1000).map(str),
        },
        optional={
            "s3_bucket": st.none() | st.text(max_size=8) | st.sampled_from(["open", "private"]),
            "metadata_dir": st.none() | PATHS,
            "force_cloud_sync": st.booleans(),
            "user_email": st.none() | st.just("my.name@example.org"),
            "email_notification_types": st.none()
            | st.lists(st.sampled_from(["begin", "end", "fail", "retry", "all"])),
            "process_capsule_id": st.none() | st.text(max_size=5),
            "input_data_mount": st.none() | st.text(max_size=5),
            "zz_extra": JSON,
        },
    )


def requests_with(known: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Return requests whose modalities are among these."""
    return st.fixed_dictionaries(
        {"upload_jobs": st.lists(jobs(known), min_size=1, max_size=3)},
        optional={
            "job_type": st.none() | st.text(max_size=5),
            "user_email": st.none() | st.just("lab@example.org"),
            "email_notification_types": st.lists(st.sampled_from(["begin", "fail"])),
            "zz_extra": JSON,
        },
    )


requests = requests_with(MODALITIES.abbreviations)
