"""Cursors hold a place in a list, and nothing else is taken for one."""

import base64
import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.engine.job_search import JobSort, Place
from aind_data_transfer_service.server.api_v2.cursor import (
    CursorInvalid,
    read_cursor,
    write_cursor,
)

_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
_PLACES = st.one_of(
    st.tuples(
        st.sampled_from([JobSort.CREATED, JobSort.ENDED]),
        st.builds(Place, st.datetimes(timezones=st.just(UTC)), _TEXT),
    ),
    st.tuples(st.just(JobSort.ASSET), st.builds(Place, _TEXT, _TEXT)),
    st.tuples(st.just(JobSort.ENDED), st.builds(Place, st.none(), _TEXT)),
)


@given(_PLACES, st.booleans())
def test_a_cursor_holds_its_place(given_place: tuple[JobSort, Place], descending: bool) -> None:
    sort, place = given_place
    cursor = write_cursor(place, sort, descending=descending)

    assert read_cursor(cursor, sort, descending=descending) == place
    with pytest.raises(CursorInvalid):
        read_cursor(cursor, sort, descending=not descending)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda part: st.lists(part, max_size=4)
)


@given(st.one_of(st.text(), _JSON.map(lambda value: base64.b64encode(json.dumps(value).encode()))))
def test_odd_cursors_are_refused_and_nothing_else(cursor: str | bytes) -> None:
    text = cursor if isinstance(cursor, str) else cursor.decode()
    with pytest.raises(CursorInvalid):
        read_cursor(text, JobSort.CREATED, descending=True)
