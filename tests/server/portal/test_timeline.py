from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.server.portal.timeline import WIDTH, Scale

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
SECONDS = st.floats(min_value=0, max_value=1e7).map(lambda value: timedelta(seconds=value))


@given(span=SECONDS, begin=SECONDS, length=SECONDS)
def test_every_bar_is_in_the_drawing_and_to_be_seen(
    span: timedelta, begin: timedelta, length: timedelta
) -> None:
    scale = Scale(BEGIN, BEGIN + span)

    bar = scale.bar(BEGIN + begin, BEGIN + begin + length, "success", "attempt 1")

    assert bar.width >= 4
    assert bar.x >= 0
    assert bar.x + bar.width <= WIDTH + 0.1


def test_a_bar_is_where_its_time_is() -> None:
    scale = Scale(BEGIN, BEGIN + timedelta(hours=10))

    bar = scale.bar(BEGIN + timedelta(hours=2), BEGIN + timedelta(hours=7), "failed", "attempt 2")

    assert (bar.x, bar.width) == (200, 500)
