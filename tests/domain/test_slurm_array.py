"""Arrays, read as Slurm reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.slurm_array import (
    MOST_ELEMENTS,
    ArrayInvalid,
    SlurmArray,
    parse_array,
)


@pytest.mark.parametrize(
    ("text", "indices", "at_once"),
    [
        ("0-3", (0, 1, 2, 3), None),
        ("0-19%6", tuple(range(20)), 6),
        ("1,3,5", (1, 3, 5), None),
        ("7", (7,), None),
        ("0-10:5", (0, 5, 10), None),
        ("3,1-2,2-3", (1, 2, 3), None),
        ("[0-2]", (0, 1, 2), None),
        ("[0-1,4%2]", (0, 1, 4), 2),
        (" 0 - 1 ", (0, 1), None),
    ],
)
def test_what_slurm_takes(text: str, indices: tuple[int, ...], at_once: int | None) -> None:
    assert parse_array(text) == SlurmArray(indices, at_once)


@pytest.mark.parametrize(
    "text", ["", "-1", "a", "0-", "3-1", "0-9:0", "0-9%", "0-9%0", "0,,1", "0-4000001", "1-2-3"]
)
def test_what_slurm_refuses(text: str) -> None:
    with pytest.raises(ArrayInvalid, match=r"\S"):
        parse_array(text)


def test_more_elements_than_are_allowed() -> None:
    assert len(parse_array(f"1-{MOST_ELEMENTS}").indices) == MOST_ELEMENTS
    for text in (f"0-{MOST_ELEMENTS}", f"0-{MOST_ELEMENTS - 1},5000", "0-3999999"):
        with pytest.raises(ArrayInvalid, match="more than 1000 elements"):
            parse_array(text)


@given(st.sets(st.integers(0, 4_000_000), min_size=1, max_size=50))
def test_any_list_comes_back_sorted(indices: set[int]) -> None:
    assert parse_array(",".join(map(str, indices))).indices == tuple(sorted(indices))


@given(st.text(alphabet="0123456789-,:%[] x", max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        array = parse_array(text)
    except ArrayInvalid:
        return
    assert array.indices
    assert array.at_once is None or array.at_once > 0
