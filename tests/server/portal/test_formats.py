import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.server.portal.formats import about, duration, prose, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, ""),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (12_400_000_000, "12.4 GB"),
        (999_999, "1 MB"),
        (412_000_000_000, "412 GB"),
        (5.5e15, "5.5 PB"),
    ],
)
def test_size(count: float | None, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "0.0 s"),
        (2.34, "2.3 s"),
        (9.97, "10 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(min_value=0, max_value=1e9))
def test_every_span_of_time_can_be_said(seconds: float) -> None:
    assert duration(seconds)
    assert about(seconds)


def test_prose_sets_code_and_escapes() -> None:
    assert prose("`a<b>` & c") == "<code>a&lt;b&gt;</code> &amp; c"
