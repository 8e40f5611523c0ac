from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from aind_data_transfer_service.identity.sessions import (
    LIFETIME_SECONDS,
    Sessions,
    is_form_key,
)

KEY = "k" * 32
SESSIONS = Sessions(KEY)
COOKIE = SESSIONS.open("0123456789ab")


def test_a_cookie_names_the_token_it_was_opened_with() -> None:
    cookie = SESSIONS.open("0123456789ab")
    session = SESSIONS.read(cookie)
    assert session is not None
    assert session.token_id == "0123456789ab"
    other = SESSIONS.read(SESSIONS.open("0123456789ab"))
    assert other is not None
    assert is_form_key(session.form_key, session.form_key)
    assert not is_form_key(other.form_key, session.form_key)


@pytest.mark.parametrize("key", ["None", "", "x" * 32])
def test_a_cookie_of_another_key_is_none(key: str) -> None:
    assert SESSIONS.read(Sessions(key).open("0123456789ab")) is None


@given(st.text())
def test_any_other_text_is_none(text: str) -> None:
    assert SESSIONS.read(text) is None


@given(st.data())
def test_a_changed_cookie_is_none(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(COOKIE) - 2))  # the last character has unused bits
    other = data.draw(st.sampled_from([c for c in "aB3_-" if c != COOKIE[place]]))
    assert SESSIONS.read(COOKIE[:place] + other + COOKIE[place + 1 :]) is None


def test_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(datetime.now(UTC).timestamp())
    for age, valid in ((LIFETIME_SECONDS - 60, True), (LIFETIME_SECONDS + 60, False)):
        with monkeypatch.context() as earlier:
            earlier.setattr(TimestampSigner, "get_timestamp", lambda _self, at=now - age: at)
            cookie = SESSIONS.open("0123456789ab")
        assert (SESSIONS.read(cookie) is not None) is valid


def test_the_key_is_in_no_text() -> None:
    assert KEY not in repr(SESSIONS)
