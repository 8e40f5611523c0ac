import base64
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.notify.hooks.webhook import (
    signature,
    webhook_body,
    webhook_headers,
)

from ..facts import FACTS

NOW = datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC)


def test_the_signature_is_that_of_the_specification() -> None:
    """The example with which other implementations are tested."""
    made = signature(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_says_what_happened_to_which_job() -> None:
    said = json.loads(webhook_body("fail", FACTS))
    assert said["type"] == "job.fail"
    assert said["timestamp"] == "2026-01-02T03:04:05Z"
    assert said["data"]["job_id"] == "job-1"
    assert said["data"]["error_code"] == "open_ephys_truncated"
    assert said["data"]["job_url"] == "https://transfer.example.org/jobs/job-1"
    assert "log_tail" not in said["data"]


def test_the_same_notice_has_the_same_id_and_only_a_secret_signs() -> None:
    first = webhook_headers("a", b"{}", None, NOW)
    assert set(first) == {"webhook-id", "webhook-timestamp"}
    assert first["webhook-timestamp"] == "1767323046"
    signed = webhook_headers("a", b"{}", "secret", NOW)
    assert signed["webhook-id"] == first["webhook-id"]
    assert webhook_headers("b", b"{}", None, NOW)["webhook-id"] != first["webhook-id"]
    assert signed["webhook-signature"] == signature(
        first["webhook-id"], "1767323046", b"{}", "secret"
    )


@given(st.binary(min_size=1), st.binary())
def test_both_ways_to_write_a_secret_sign_alike(key: bytes, body: bytes) -> None:
    encoded = "whsec_" + base64.b64encode(key).decode()
    made = signature("id", "1", body, encoded)
    assert made != signature("id", "1", body + b"!", encoded)
    if key.isascii() and not key.startswith(b"whsec_"):
        assert signature("id", "1", body, key.decode()) == made
