"""Dates are read as they were meant, or refused."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aind_data_transfer_service.intake.spreadsheet.dates import DateUnclear, read_date

_DAY = datetime(2020, 10, 13)  # noqa: DTZ001 - as the sheet says it
_MINUTE = _DAY.replace(hour=13, minute=10)
_SECOND = _MINUTE.replace(second=10)


@pytest.mark.parametrize(
    "text",
    [
        "2020-10-13T13:10:10",
        "2020-10-13 13:10:10",
        "2020-10-13_13-10-10",
        "2020/10/13 13:10:10",
        "2020.10.13 13:10:10",
        "20201013T131010",
        "20201013131010",
        "10/13/2020 1:10:10 PM",
        "10/13/2020 1:10:10 pm",
        "10/13/2020 1:10:10\u202fPM",
        "10/13/2020 01:10:10PM",
        "10/13/2020 1:10:10 p.m.",
        "10/13/2020 13:10:10",
        "10/13/20 13:10:10",
        "13/10/2020 13:10:10",
        "13.10.2020 13:10:10",
        "13-10-2020 13:10:10",
        "13 Oct 2020 13:10:10",
        "13-Oct-2020 13:10:10",
        "13-Oct-20 13:10:10",
        "13. October 2020, 13:10:10",
        "Oct 13, 2020 1:10:10 PM",
        "October 13, 2020, 13:10:10",
        "Tuesday, October 13, 2020 1:10:10 PM",
        "  2020-10-13   13:10:10\u00a0",
        "\ufeff2020-10-13T13:10:10",
    ],
)
def test_one_moment_in_many_writings(text: str) -> None:
    read = read_date(text)

    assert (read.when, read.doubt) == (_SECOND, None)


@pytest.mark.parametrize(
    "text", ["2020-10-13 13:10", "10/13/2020 13:10", "10/13/2020 1:10 PM", "13-Oct-2020 13:10"]
)
def test_seconds_may_be_left_out(text: str) -> None:
    assert read_date(text).when == _MINUTE


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2020-10-13T13:10:10Z", timedelta(0)),
        ("2020-10-13T13:10:10z", timedelta(0)),
        ("2020-10-13T13:10:10-07:00", timedelta(hours=-7)),
        ("2020-10-13 13:10:10 +0530", timedelta(hours=5, minutes=30)),
        ("20201013T131010+0000", timedelta(0)),
    ],
)
def test_an_offset_is_kept(text: str, offset: timedelta) -> None:
    assert read_date(text).when.isoformat() == _SECOND.replace(tzinfo=timezone(offset)).isoformat()


def test_parts_of_a_second_are_kept() -> None:
    assert read_date("2020-10-13T13:10:10.123").when == _SECOND.replace(microsecond=123_000)
    assert read_date("2020-10-13T13:10:10.123456789").when.microsecond == 123_456


@pytest.mark.parametrize(
    ("text", "hour"), [("12:00:00 AM", 0), ("12:30:00 PM", 12), ("11:00:00 PM", 23)]
)
def test_midnight_and_noon(text: str, hour: int) -> None:
    assert read_date(f"10/13/2020 {text}").when.hour == hour


@pytest.mark.parametrize("text", ["2020-10-13", "20201013", "10/13/2020", "13 October 2020"])
def test_a_date_alone_is_midnight_with_a_warning(text: str) -> None:
    read = read_date(text)

    assert read.when == _DAY
    assert read.doubt is not None
    assert read.doubt[0] == "time_missing"


def test_a_long_number_is_seconds_since_1970_with_a_warning() -> None:
    read = read_date("1602594610")

    assert read.when == datetime(2020, 10, 13, 13, 10, 10, tzinfo=UTC)
    assert read.doubt is not None
    assert read.doubt[0] == "datetime_is_number"


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("4/5/2020 13:10", ("2020-04-05T13:10:00", "2020-05-04T13:10:00")),
        ("04.05.2020 13:10", ("2020-04-05T13:10:00", "2020-05-04T13:10:00")),
        ("4-5-2020 1:10 PM", ("2020-04-05T13:10:00", "2020-05-04T13:10:00")),
        ("13/10/20 13:10", ("2013-10-20T13:10:00", "2020-10-13T13:10:00")),
    ],
)
def test_what_could_be_two_days_is_none(text: str, meanings: tuple[str, ...]) -> None:
    with pytest.raises(DateUnclear) as raised:
        read_date(text)

    assert raised.value.code == "datetime_ambiguous"
    assert raised.value.allowed == meanings
    assert all(meaning in raised.value.message for meaning in meanings)


def test_the_format_that_the_first_service_names_has_its_order() -> None:
    assert read_date("4/5/2020 1:10:10 PM").when.strftime("%d %B") == "05 April"
    assert read_date("4/4/2020 13:10").when.strftime("%d %B") == "04 April"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2020-02-30T00:00:00", "there is no such date"),
        ("2020-13-01T00:00:00", "there is no such date"),
        ("31/31/2020 10:00", "there is no such date"),
        ("2020-10-13T25:00:00", "there is no such date"),
        ("10/13/2020 13:10:10 PM", "there is no such date"),
        ("10/13/2020 0:10:10 AM", "there is no such date"),
        ("2020-10-10ABC", "is not a date"),
        ("yesterday", "is not a date"),
        ("13 Okt 2020 10:00", "is not a date"),
        ("44117.5487", "as spreadsheets keep dates"),
        ("44117", "as spreadsheets keep dates"),
        ("13:10:10", "a time of day without a date"),
        ("1 PM", "is not a date"),
        ("\uff12\uff10\uff12\uff10-10-13 13:10", "is not a date"),
    ],
)
def test_what_is_no_date(text: str, reason: str) -> None:
    with pytest.raises(DateUnclear, match=reason) as raised:
        read_date(text)

    assert raised.value.code == "datetime_invalid"


_MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - naive
    lambda moment: moment.replace(microsecond=0)
)
_CERTAIN_FORMS = (
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d_%H-%M-%S",
    "%Y%m%dT%H%M%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d %b %Y %H:%M:%S",
    "%d-%B-%Y %I:%M:%S %p",
    "%B %d, %Y %H:%M:%S",
    "%A, %B %d, %Y %I:%M:%S %p",
)


@settings(deadline=None)
@given(_MOMENTS, st.sampled_from(_CERTAIN_FORMS))
def test_certain_forms_read_back_as_they_were(moment: datetime, form: str) -> None:
    assert read_date(moment.strftime(form)).when == moment


@settings(deadline=None)
@given(_MOMENTS, st.sampled_from(["%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H:%M"]))
def test_numbers_alone_are_read_right_or_not_at_all(moment: datetime, form: str) -> None:
    moment = moment if "%S" in form else moment.replace(second=0)

    read = _read_or_refuse(moment.strftime(form))

    if isinstance(read, datetime):
        assert read == moment
    else:
        assert read.code == "datetime_ambiguous"
        assert moment.isoformat() in (read.allowed or ())
        assert moment.day <= 12


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    read = _read_or_refuse(text)

    assert isinstance(read, datetime) or read.message


def _read_or_refuse(text: str) -> datetime | DateUnclear:
    try:
        return read_date(text).when
    except DateUnclear as unclear:
        return unclear


def test_forms_do_not_overlap() -> None:
    texts = [_SECOND.strftime(form) for form in _CERTAIN_FORMS]

    assert {read_date(text).when for text in texts} == {_SECOND}
    assert all(one != other for one, other in itertools.combinations(texts, 2))
