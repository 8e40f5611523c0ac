"""When tokens are read and read again; what servers make of them is in `test_slurm_faults`."""

import base64
import json
from pathlib import Path

import pytest

from aind_data_transfer_service.executors.slurm.auth import Token
from aind_data_transfer_service.ports.executor import ExecutorUnavailable
from aind_data_transfer_service.settings import SlurmSettings


class TokenFile:
    """A file with tokens that last from 0 to 1000, and a clock."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.now = 0.0
        self.settings = SlurmSettings.model_validate({"token_file": str(file)})

    def token(self) -> Token:
        return Token(self.settings, lambda: self.now)

    def write(self, signature: str, *, begin: int = 0, end: int = 1000) -> str:
        claims = json.dumps({"iat": begin, "exp": end}).encode()
        token = f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.{signature}"
        self.file.write_text(f"SLURM_JWT={token}\n")
        return token


@pytest.fixture
def token_file(tmp_path: Path) -> TokenFile:
    return TokenFile(tmp_path / "token")


def sent(token: Token) -> str:
    return token.headers()["X-SLURM-USER-TOKEN"]


def test_a_token_is_read_again_before_it_ends(token_file: TokenFile) -> None:
    first = token_file.write("first")
    token = token_file.token()
    assert sent(token) == first
    second = token_file.write("second", begin=740, end=1740)
    token_file.now = 749
    assert sent(token) == first
    token_file.now = 750
    assert sent(token) == second


def test_a_token_that_cannot_be_renewed_is_used_until_it_ends(token_file: TokenFile) -> None:
    first = token_file.write("first")
    token = token_file.token()
    assert sent(token) == first
    token_file.file.unlink()
    for token_file.now in (750, 999):
        assert sent(token) == first
    token_file.now = 1000
    assert token.has_ended
    with pytest.raises(ExecutorUnavailable, match="token cannot be read"):
        token.headers()
    second = token_file.write("second", begin=1000, end=2000)
    assert sent(token) == second


def test_a_refused_token_is_read_again_and_told_if_it_is_the_same(token_file: TokenFile) -> None:
    first = token_file.write("first")
    token = token_file.token()
    assert sent(token) == first
    assert not token.renew(first)
    second = token_file.write("second")
    assert token.renew(first)
    assert sent(token) == second


def test_a_token_that_does_not_say_when_it_ends_is_kept(token_file: TokenFile) -> None:
    token_file.file.write_text("opaque")
    token = token_file.token()
    assert sent(token) == "opaque"
    token_file.now = 1e9
    assert not token.has_ended
    assert sent(token) == "opaque"
