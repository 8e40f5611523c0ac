import json
import logging
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.errors import SettingsInvalid
from aind_data_transfer_service.identity.scopes import Scope
from aind_data_transfer_service.settings import (
    RetryPolicy,
    Settings,
    environment_without_settings,
    load_settings,
)

SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


class TestPrecedence:
    def test_without_anything_there_are_defaults(self) -> None:
        settings = load_settings()
        assert settings.port == 5000
        assert settings.database == f"sqlite:///{Path.home()}/.aind-data-transfer/state.db"
        assert settings.bucket_urls["open"].startswith("file:///")

    def test_the_environment_wins_over_the_file_and_the_command_line_over_both(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config.write_text('port = 1\nhost = "file"\nlog_level = "ERROR"\n')
        monkeypatch.setenv("AIND_DATA_TRANSFER_PORT", "2")
        monkeypatch.setenv("AIND_DATA_TRANSFER_HOST", "environment")
        settings = load_settings(config, port=3)
        assert (settings.port, settings.host, settings.log_level) == (3, "environment", "ERROR")

    def test_sections_are_put_together_from_all_sources(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config.write_text('[mail]\nmode = "smtp"\nhost = "file"\n')
        monkeypatch.setenv("AIND_DATA_TRANSFER_MAIL__HOST", "environment")
        mail = load_settings(config, mail={"port": 587}).mail
        assert (mail.mode, mail.host, mail.port) == ("smtp", "environment", 587)

    def test_a_file_counts_only_for_the_settings_read_with_it(self, config: Path) -> None:
        config.write_text("port = 1\n")
        assert load_settings(config).port == 1
        assert Settings().port == 5000

    def test_values_of_every_kind_are_read(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config.write_text(
            'source_roots = ["/allen/aind"]\n'
            'trusted_networks = ["10.0.0.0/8", "fd00::/8"]\n'
            'database_url = "postgresql://u:p@h/d"\n'
            "[task_retry.upload_data_to_s3]\ntimes = 9\n"
            "[task_time_limit]\ncompress_data = 3600\n"
        )
        monkeypatch.setenv("AIND_DATA_TRANSFER_BUCKETS", '{"open": "s3://aind-open-data"}')
        settings = load_settings(config)
        assert settings.source_roots == (Path("/allen/aind"),)
        assert settings.bucket_urls == {"open": "s3://aind-open-data"}
        assert settings.database == "postgresql://u:p@h/d"
        assert settings.retry_policy(TaskId.UPLOAD_DATA_TO_S3).times == 9
        assert settings.retry_policy(TaskId.VERIFY_UPLOAD) == settings.retry
        assert settings.task_time_limit == {TaskId.COMPRESS_DATA: timedelta(hours=1)}
        assert len(settings.trusted_networks) == 2


class TestPlaces:
    def test_everything_is_in_home_unless_said_otherwise(self, tmp_path: Path) -> None:
        settings = Settings(home=tmp_path, staging_dir=Path("~/staging"))
        assert settings.staging_root == Path.home() / "staging"
        assert settings.work_root == tmp_path / "jobs"
        assert settings.outbox_folder == tmp_path / "outbox"
        assert settings.bucket_urls["private"] == (tmp_path / "buckets" / "private").as_uri()

    def test_staging_is_kept_for_a_while_or_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert Settings().staging_kept == timedelta(days=14)
        for text, kept in (("P1D", timedelta(days=1)), ("forever", "forever")):
            monkeypatch.setenv("AIND_DATA_TRANSFER_STAGING_KEPT", text)
            assert load_settings().staging_kept == kept

    def test_links_lead_to_the_public_address(self) -> None:
        assert Settings(port=1).base_url == "http://127.0.0.1:1"
        assert Settings(public_url="https://x.org/").base_url == "https://x.org"


class TestAccess:
    def test_by_default_this_machine_alone_is_trusted_and_no_proxy(self) -> None:
        settings = load_settings()
        assert all(network.is_loopback for network in settings.trusted_networks)
        assert settings.trusted_scopes == {Scope.SUBMIT, Scope.CONTROL}
        assert settings.trusted_proxies == ()
        assert settings.secret_key is None
        assert not settings.reading_needs_token

    def test_the_environment_sets_all_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in (
            ("TRUSTED_SCOPES", '["submit"]'),
            ("TRUSTED_PROXIES", '["127.0.0.1", "10.0.0.0/24"]'),
            ("READING_NEEDS_TOKEN", "true"),
            ("SECRET_KEY", SECRET),
        ):
            monkeypatch.setenv(f"AIND_DATA_TRANSFER_{name}", value)
        settings = load_settings()
        assert settings.trusted_scopes == {Scope.SUBMIT}
        assert [str(network) for network in settings.trusted_proxies] == [
            "127.0.0.1/32",
            "10.0.0.0/24",
        ]
        assert settings.reading_needs_token
        assert settings.secret_key is not None
        assert settings.secret_key.get_secret_value() == SECRET

    @pytest.mark.parametrize(
        "wrong",
        [
            {"trusted_scopes": ["root"]},
            {"trusted_proxies": ["proxy.example.org"]},
            {"trusted_networks": ["10.0.0.1/8"]},
            {"secret_key": "short"},
            {"secret_key": ""},
        ],
    )
    def test_what_cannot_be(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(SettingsInvalid, match=next(iter(wrong))):
            load_settings(**wrong)


class TestProblems:
    def test_all_are_listed_at_once(self, config: Path) -> None:
        config.write_text(
            'prot = 1\nport = 99999\nsource_roots = ["here"]\ndatabase_url = "mysql://x"\n'
            '[buckets]\nopen = "s3://bucket/folder"\nprivate = "folder"\n'
            '[mail]\nhsot = "x"\n'
            '[s3]\naccess_key_id = "x"\n'
            "[worker]\nlease = 1\npoll = 1\n"
            "[task_retry.no_such_task]\ntimes = 1\n"
        )
        with pytest.raises(SettingsInvalid) as raised:
            load_settings(config)
        named = {line.split(": ")[0].strip() for line in str(raised.value).splitlines()[1:]}
        assert named == {
            "prot",
            "port",
            "source_roots.0",
            "database_url",
            "buckets.open",
            "buckets.private",
            "mail.hsot",
            "s3",
            "worker",
            "task_retry.no_such_task.[key]",
        }

    @pytest.mark.parametrize("content", [b"port = ", b"\xff\xfe", None])
    def test_a_file_that_cannot_be_read_is_named(self, config: Path, content: bytes | None) -> None:
        if content is not None:
            config.write_bytes(content)
        with pytest.raises(SettingsInvalid, match=r"settings\.toml"):
            load_settings(config)

    def test_the_environment_names_the_setting_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIND_DATA_TRANSFER_BUCKETS", "open=s3://x")
        with pytest.raises(SettingsInvalid, match="buckets"):
            load_settings()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"worker": {"poll": 0, "lease": 0}},
            {"worker": {"grace": -1}},
            {"retry": {"first_delay": -1}},
            {"retry": {"factor": 0.5}},
            {"retry": {"factor": "inf"}},
            {"retry": {"times": -1}},
            {"mail": {"timeout": 0}},
            {"task_time_limit": {"compress_data": 0}},
        ],
    )
    def test_senseless_times_are_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(SettingsInvalid):
            load_settings(**wrong)


class TestSecrets:
    def test_they_are_in_no_text(self, caplog: pytest.LogCaptureFixture) -> None:
        settings = load_settings(
            database_url=f"postgresql://u:{SECRET}@h/d",
            s3={"access_key_id": SECRET, "secret_access_key": SECRET},
            mail={"password": SECRET},
            document_store={"password": SECRET},
            secret_key=SECRET,
        )
        logging.getLogger("test").warning("%s %r", settings, settings.s3)
        texts = [repr(settings), str(settings), f"{settings}", settings.model_dump_json()]
        for text in [*texts, json.dumps(settings.model_dump(mode="json")), caplog.text]:
            assert text
            assert SECRET not in text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"s3": {"secret_access_key": SECRET}},
            {"s3": {"access_key_id": SECRET, "secret": SECRET}},
            {"mail": {"password": SECRET, "port": 0}},
            {"mail": {"passwrd": SECRET}},
            {"document_store": {"url": f"mongodb://user:{SECRET}@records.example.org"}},
            {"document_store": {"url": SECRET}},
            {"database_url": f"mysql://u:{SECRET}@h/d"},
        ],
    )
    def test_they_are_in_no_traceback(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(SettingsInvalid) as raised:
            load_settings(**wrong)
        assert SECRET not in "".join(traceback.format_exception(raised.value))

    def test_other_programs_do_not_get_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIND_DATA_TRANSFER_MAIL__PASSWORD", SECRET)
        monkeypatch.setenv("OTHER", "stays")
        environment = environment_without_settings()
        assert environment["OTHER"] == "stays"
        assert SECRET not in environment.values()


delays = st.timedeltas(timedelta(0), timedelta(days=365))
policies = st.builds(
    RetryPolicy,
    first_delay=delays,
    max_delay=delays,
    factor=st.floats(1, allow_nan=False, allow_infinity=False),
)


class TestRetryPolicy:
    @given(policies, st.integers(1, 10_000))
    def test_delays_never_shrink_and_have_a_bound(self, policy: RetryPolicy, attempt: int) -> None:
        delay, later = policy.delay_after(attempt), policy.delay_after(attempt + 1)
        assert timedelta(0) <= delay <= later <= policy.max_delay

    def test_delays_grow_by_the_factor(self) -> None:
        policy = RetryPolicy(first_delay=timedelta(seconds=1), factor=2)
        assert [policy.delay_after(n).total_seconds() for n in (1, 2, 3)] == [1, 2, 4]

    @given(st.integers(0, 5), st.integers(1, 10))
    def test_only_so_many_attempts_follow(self, times: int, attempt: int) -> None:
        policy = RetryPolicy(times=times)
        wants = policy.wants_another(attempt=attempt, code="x", retryable=True)
        assert wants is (attempt <= times)

    @pytest.mark.parametrize(
        ("code", "retryable", "expected"),
        [("x", True, True), ("x", False, False), ("yes", False, True), ("no", True, False)],
    )
    def test_codes_decide(self, code: str, retryable: bool, expected: bool) -> None:
        policy = RetryPolicy(codes=frozenset({"yes"}), not_codes=frozenset({"no"}))
        assert policy.wants_another(attempt=1, code=code, retryable=retryable) is expected
