import json
import logging
from ast import literal_eval
from collections.abc import Callable, Iterator
from string import ascii_letters, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.logging import (
    JsonFormatter,
    TextFormatter,
    log_context,
    redact,
    set_up_logging,
)

NAMES = st.sampled_from(
    [
        "password",
        "PASSWD",
        "aws_secret_access_key",
        "SecretAccessKey",
        "accessKeyId",
        "api-key",
        "AIND_DATA_TRANSFER_MAIL__PASSWORD",
        "X-Amz-Security-Token",
        "token",
    ]
)
PLAIN = ascii_letters + digits + "/+=_-.~!*:@#%^,;()[]{}$?"
plain_secrets = st.text(PLAIN, min_size=12)
any_secrets = st.text(st.characters(codec="utf-8"), min_size=12)


class TestNoSecretSurvives:
    @given(NAMES, any_secrets)
    def test_in_json(self, name: str, secret: str) -> None:
        for indent in (None, 2):
            text = redact(json.dumps({"job": "1", name: secret, "task": "2"}, indent=indent))
            assert json.loads(text) == {"job": "1", name: "***", "task": "2"}

    @given(NAMES, plain_secrets)
    def test_in_json_in_json(self, name: str, secret: str) -> None:
        inner = json.dumps({name: secret, "task": "2"})
        text = redact(json.dumps({"body": inner}))
        assert json.loads(json.loads(text)["body"]) == {name: "***", "task": "2"}

    @given(NAMES, plain_secrets)
    def test_in_the_environment_and_command_lines(self, name: str, secret: str) -> None:
        assert redact(f"HOME=/root {name}={secret} B=1") == f"HOME=/root {name}=*** B=1"

    @given(NAMES, any_secrets)
    def test_in_what_python_shows(self, name: str, secret: str) -> None:
        for value in (secret, secret.encode()):
            shown = redact(repr({"a": 1, name: value, "b": 2}))
            assert literal_eval(shown) == {"a": 1, name: "***", "b": 2}

    @given(st.text(ascii_letters + digits + "+=_-.~!*:@", min_size=12))
    def test_in_urls(self, secret: str) -> None:
        assert redact(f"postgresql://me:{secret}@db:1/x?a=b") == "postgresql://me:***@db:1/x?a=b"
        assert redact(f"redis://:{secret}@db") == "redis://:***@db"
        query = f"https://b.s3.org/k?X-Amz-Date=1&X-Amz-Signature={secret}&x=1"
        assert redact(query) == "https://b.s3.org/k?X-Amz-Date=1&X-Amz-Signature=***&x=1"

    @given(st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True))
    def test_in_tokens_of_this_service(self, secret: str) -> None:
        text = f"submit --token adt_0123456789ab_{secret} r.json"
        assert redact(text) == "submit --token adt_0123456789ab_*** r.json"

    @given(st.sampled_from(["Bearer ", "Basic ", "bearer  ", ""]), plain_secrets)
    def test_in_headers(self, scheme: str, secret: str) -> None:
        assert secret not in redact(f"Authorization: {scheme}{secret}\nHost: x")
        assert secret not in redact(f"{{'authorization': b'{scheme}{secret}', 'host': 'x'}}")
        assert secret not in redact(f"Cookie: session={secret}")

    @given(st.text(ascii_letters + digits + "/+", min_size=12))
    def test_in_what_boto_says(self, secret: str) -> None:
        header = (
            f"Authorization: AWS4-HMAC-SHA256 Credential={secret}/20240219/us-east/s3/aws4_request,"
            f" SignedHeaders=host;x-amz-date, Signature={secret}"
        )
        answer = {"Credentials": {"AccessKeyId": secret, "SecretAccessKey": secret}}
        options = f"Session(aws_access_key_id='{secret}', aws_secret_access_key='{secret}')"
        for text in (header, str(answer), options):
            assert secret not in redact(text)

    def test_in_text_that_breaks_off(self) -> None:
        assert "abc" not in redact('{"password": "abcdef')


class TestOrdinaryTextIsKept:
    @given(st.text(st.sampled_from("abc XYZ 123 .,;:-_/\\'\"{}[]()=&\n")))
    def test_text_without_a_secrets_name(self, text: str) -> None:
        assert redact(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "3 tokens read in 2.5 s",
            "The password is wrong",
            "http://localhost:9000/bucket/mouse@2/a:b@c",
            "s3://aind-open-data/ecephys_690165_2024-02-19_11-25-17/",
            "a@example.org: 250 OK",
            "PWD=/work",
            "author: A. Person, monkey: no, keys = 3",
            "/secrets/token/credentials.json is not there",
        ],
    )
    def test_lines_as_they_occur(self, text: str) -> None:
        assert redact(text) == text

    @given(st.text())
    def test_twice_is_as_good_as_once(self, text: str) -> None:
        assert redact(redact(text)) == redact(text)


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back afterwards."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("a.b", logging.INFO, __file__, 1, message, arguments, None)


def failed(message: str) -> logging.LogRecord:
    problem = ValueError(message)
    info = (type(problem), problem, None)
    return logging.LogRecord("a", logging.ERROR, __file__, 1, "x", (), info)


class TestFormats:
    def test_a_json_line_holds_the_ids_of_what_is_at_work(self) -> None:
        with log_context(submission="s"), log_context(job="j"):
            line: dict[str, Any] = json.loads(JsonFormatter().format(record("took %d s", 3)))
        assert line.pop("time").endswith("+00:00")
        assert line == {
            "level": "INFO",
            "logger": "a.b",
            "submission": "s",
            "job": "j",
            "message": "took 3 s",
        }

    def test_ids_end_with_their_context(self) -> None:
        with log_context(job="outer"):
            with log_context(job="inner", task="t"):
                assert "[job=inner task=t]" in TextFormatter().format(record("x"))
            assert "[job=outer]" in TextFormatter().format(record("x"))
        assert "[" not in TextFormatter().format(record("x"))

    @pytest.mark.parametrize("make", [JsonFormatter, TextFormatter])
    def test_messages_and_tracebacks_hold_no_secret(
        self, make: Callable[[], logging.Formatter]
    ) -> None:
        line = make().format(record("password=%s", "hunter2hunter2"))
        trace = make().format(failed("token=hunter2hunter2"))
        assert "hunter2" not in line + trace
        assert "ValueError" in trace

    @pytest.mark.parametrize("style", ["json", "text"])
    def test_all_logs_go_to_standard_error(
        self, style: Any, root: logging.Logger, capsys: pytest.CaptureFixture[str]
    ) -> None:
        set_up_logging("INFO", style)
        logging.getLogger("somewhere").info("seen")
        logging.getLogger("somewhere").debug("hidden")
        logging.getLogger("botocore").info("hidden")
        written = capsys.readouterr()
        assert "seen" in written.err
        assert "hidden" not in written.err
        assert written.out == ""
        assert len(root.handlers) == 1
