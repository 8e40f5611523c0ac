import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aind_data_transfer_service.identity.errors import TokenInvalid, TokenNameInvalid
from aind_data_transfer_service.identity.tokens import (
    Token,
    new_token,
    parse_token,
    require_token_name,
)

ids = st.text("0123456789abcdef", min_size=12, max_size=12)
secrets = st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True)
tokens = st.builds(Token, ids, secrets)


def test_new_tokens_differ_and_can_be_read() -> None:
    made = [new_token() for _ in range(100)]
    assert len({token.id for token in made}) == len({token.secret for token in made}) == 100
    assert [parse_token(token.text) for token in made] == made


@given(tokens)
def test_what_is_written_is_read(token: Token) -> None:
    assert parse_token(token.text) == token
    assert token.matches(token.digest)
    assert token.secret not in repr(token)
    assert token.secret not in token.digest


@given(tokens, secrets)
def test_another_secret_does_not_match(token: Token, secret: str) -> None:
    assume(secret != token.secret)
    assert not Token(token.id, secret).matches(token.digest)


@given(st.text() | st.from_regex(r"adt_[0-9a-f]{10,14}_[A-Za-z0-9_-]{40,46}", fullmatch=True))
def test_any_other_text_is_refused_and_not_repeated(text: str) -> None:
    assume(not re.fullmatch(r"adt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text))
    with pytest.raises(TokenInvalid) as refused:
        parse_token(text)
    assert len(text) < 8 or text not in refused.value.message


@given(tokens, st.sampled_from([" ", "\n", "\x00", "é"]))
def test_nothing_may_stand_around_a_token(token: Token, more: str) -> None:
    for text in (token.text + more, more + token.text):
        with pytest.raises(TokenInvalid):
            parse_token(text)


@pytest.mark.parametrize("name", ["rig-323", "a", "Jane.Doe@example.org", "x" * 60])
def test_names(name: str) -> None:
    assert require_token_name(name) == name


@pytest.mark.parametrize("name", ["", "-x", "a b", "x" * 61, "a\n", "né", "<b>"])
def test_names_that_could_mislead_are_refused(name: str) -> None:
    with pytest.raises(TokenNameInvalid, match="1 to 60"):
        require_token_name(name)
