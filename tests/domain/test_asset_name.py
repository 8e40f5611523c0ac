import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.asset_name import (
    NamePartInvalid,
    asset_name,
    require_name_part,
)

ACQ = datetime(2024, 2, 19, 11, 25, 17, 999, tzinfo=UTC)


def test_the_name_is_platform_subject_and_time() -> None:
    assert asset_name("ecephys", "690165", ACQ) == "ecephys_690165_2024-02-19_11-25-17"


def test_without_a_platform_it_is_left_out() -> None:
    assert asset_name(None, "690165", ACQ) == "690165_2024-02-19_11-25-17"


@given(st.integers(-14, 14))
def test_the_offset_does_not_move_the_clock(hours: int) -> None:
    there = ACQ.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert asset_name("ecephys", "690165", there) == asset_name("ecephys", "690165", ACQ)


@pytest.mark.parametrize(
    "value",
    ["", ".", "..", "-x", ".x", "a..b", "a/b", "a\\b", "a b", "a_b", "a\n", "é", "a\0", "x" * 101],
)
def test_parts_that_no_folder_may_have_are_refused(value: str) -> None:
    with pytest.raises(NamePartInvalid, match="subject_id"):
        asset_name("ecephys", value, ACQ)
    with pytest.raises(NamePartInvalid, match="platform"):
        asset_name(value, "690165", ACQ)


@given(st.text())
def test_a_part_let_through_is_safe_in_paths_and_keys(value: str) -> None:
    try:
        require_name_part("subject_id", value)
    except NamePartInvalid:
        return
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9.-]{0,99}", value)


@given(
    st.none() | st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True),
    st.from_regex(r"[0-9]{1,10}", fullmatch=True),
    st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001 - as rigs write it
)
def test_the_parts_can_be_told_apart_again(
    platform: str | None, subject: str, when: datetime
) -> None:
    *front, day, time = asset_name(platform, subject, when).split("_")
    assert front == ([platform, subject] if platform else [subject])
    assert datetime.strptime(f"{day} {time}", "%Y-%m-%d %H-%M-%S") == when.replace(  # noqa: DTZ007
        microsecond=0
    )
