from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.engine.job_counts import DayCount
from aind_data_transfer_service.server.portal.chart import HEIGHT, chart_of
from aind_data_transfer_service.server.portal.job_list import JobsForm, chart_days

FIRST = date(2026, 11, 1)
COUNTS = st.lists(
    st.builds(
        DayCount,
        day=st.integers(0, 9).map(lambda day: FIRST + timedelta(days=day)),
        state=st.sampled_from(["success", "failed", "running", "queued"]),
        jobs=st.integers(0, 1000),
        bytes=st.integers(0, 10**15),
    ),
    unique_by=lambda count: (count.day, count.state),
)


@given(COUNTS)
def test_every_job_is_in_the_chart_and_no_bar_leaves_it(counts: list[DayCount]) -> None:
    chart = chart_of(counts, FIRST, FIRST + timedelta(days=9))

    assert len(chart.days) == 10
    assert chart.jobs == sum(count.jobs for count in counts)
    assert chart.bytes == sum(count.bytes for count in counts)
    for bar in (*chart.job_bars(), *chart.byte_bars()):
        assert 0 <= bar.x <= chart.width - bar.width
        assert bar.y >= -0.1
        assert bar.y + bar.height <= HEIGHT + 0.1


@pytest.mark.parametrize(
    ("form", "days"),
    [
        ({}, (date(2026, 10, 27), date(2026, 11, 25))),
        ({"from_day": "2026-11-20"}, (date(2026, 11, 20), date(2026, 11, 25))),
        ({"from_day": "2020-01-01"}, (date(2026, 8, 26), date(2026, 11, 25))),
        ({"to_day": "2026-11-02"}, (date(2026, 10, 4), date(2026, 11, 2))),
        ({"to_day": "2030-01-01"}, (date(2026, 10, 27), date(2026, 11, 25))),
    ],
)
def test_the_days_drawn_are_those_asked_for(form: dict[str, str], days: tuple[date, date]) -> None:
    today = date(2026, 11, 25)
    assert chart_days(JobsForm.model_validate(form), today, default=30, most=92) == days
