from datetime import UTC, datetime, timedelta, timezone

import pytest

from aind_data_transfer_service.cli.units import decimal_bytes, duration, time_taken, utc


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (2_500_000, "2.5 MB"),
        (7e9, "7.0 GB"),
        (3e15, "3000.0 TB"),
    ],
)
def test_bytes(amount: float, text: str) -> None:
    assert decimal_bytes(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (59, "59 s"), (60, "1:00"), (3599.6, "1:00:00")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_times() -> None:
    start = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=-8)))
    assert utc(start) == "2026-01-01 20:00:00"
    assert utc(None) == ""
    assert time_taken(start, start + timedelta(seconds=65)) == "1:05"
    assert time_taken(start, datetime(2026, 1, 1, 20, 0, 3, tzinfo=UTC)) == "3.0 s"
    assert time_taken(None, None) == ""
