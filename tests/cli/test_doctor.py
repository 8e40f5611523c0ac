import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.cli.checks.buckets import check_buckets
from aind_data_transfer_service.cli.checks.database import check_database
from aind_data_transfer_service.cli.checks.executor import check_executor
from aind_data_transfer_service.cli.checks.finding import Finding, Outcome
from aind_data_transfer_service.cli.checks.folders import (
    check_own_folders,
    check_removal_roots,
    check_source_roots,
)
from aind_data_transfer_service.cli.checks.mail import check_mail
from aind_data_transfer_service.db.database import Database
from aind_data_transfer_service.settings import Settings

from .conftest import Run


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def settings(home: Path, **values: Any) -> Settings:
    return Settings(home=home, **values)


def only(findings: Iterator[Finding]) -> Finding:
    (finding,) = findings
    return finding


def put_file_at(folder: Path) -> None:
    """Put a file where a folder should be: that refuses root too, as taking rights would not."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("")


class TestCommand:
    def test_a_new_machine_is_well(self, run: Run, home: Path) -> None:
        result = run("doctor", "--home", home)
        assert result.exit_code == 0
        assert "is made at the first start" in result.stdout
        outcomes = {f["check"]: f["outcome"] for f in json.loads(doctor_json(run, home))}
        assert outcomes["settings"] == "ok"
        assert outcomes["source roots"] == "warn"
        assert "fail" not in outcomes.values()

    def test_lists_all_problems_of_the_settings(self, run: Run, home: Path, tmp_path: Path) -> None:
        (tmp_path / "bad.toml").write_text('log_level = "LOUD"\nprot = 1\n')
        result = run("doctor", "--home", home, "--config", tmp_path / "bad.toml", "--json")
        (finding,) = json.loads(result.stdout)
        assert result.exit_code == 1
        assert "log_level" in finding["message"]
        assert "prot" in finding["message"]

    def test_one_failure_is_exit_code_1(self, run: Run, home: Path, tmp_path: Path) -> None:
        config = tmp_path / "settings.toml"
        config.write_text(f'source_roots = ["{tmp_path / "nope"}"]\n')
        result = run("doctor", "--home", home, "--config", config)
        assert result.exit_code == 1
        assert "Mount it, or correct source_roots." in result.stdout


def doctor_json(run: Run, home: Path) -> str:
    return run("doctor", "--home", home, "--json").stdout


class TestDatabase:
    def test_of_this_version(self, home: Path) -> None:
        database = Database(settings(home).database)
        database.migrate()
        database.close()
        assert only(check_database(settings(home))).outcome is Outcome.OK

    def test_without_tables(self, home: Path) -> None:
        home.mkdir()
        with closing(sqlite3.connect(home / "state.db")) as connection:
            connection.execute("CREATE TABLE other (id INTEGER)")
        finding = only(check_database(settings(home)))
        assert finding.outcome is Outcome.WARN
        assert "no tables yet" in finding.message

    def test_of_a_newer_version(self, home: Path) -> None:
        database = Database(settings(home).database)
        database.migrate()
        database.close()
        with closing(sqlite3.connect(home / "state.db")) as connection:
            connection.execute("UPDATE schema_version SET version_num = '9999'")
            connection.commit()
        finding = only(check_database(settings(home)))
        assert finding.outcome is Outcome.FAIL
        assert "9999" in finding.message

    def test_that_does_not_answer(self, home: Path) -> None:
        url = "postgresql://user:secret@127.0.0.1:1/nope"
        finding = only(check_database(settings(home, database_url=url)))
        assert finding.outcome is Outcome.FAIL
        assert "secret" not in finding.message


class TestBuckets:
    def test_that_takes_objects_and_is_left_as_it_was(self, home: Path, tmp_path: Path) -> None:
        bucket = tmp_path / "bucket"
        bucket.mkdir()
        finding = only(check_buckets(settings(home, buckets={"open": bucket.as_uri()})))
        assert (finding.check, finding.outcome) == ("bucket open", Outcome.OK)
        assert [path for path in bucket.rglob("*") if path.is_file()] == []

    def test_that_is_not_there(self, home: Path, tmp_path: Path) -> None:
        buckets = {"open": (tmp_path / "nope").as_uri()}
        finding = only(check_buckets(settings(home, buckets=buckets)))
        assert finding.outcome is Outcome.FAIL
        assert finding.how_to_mend.startswith("Create the bucket")

    def test_that_is_a_file(self, home: Path) -> None:
        put_file_at(home / "buckets" / "open")
        buckets = {"open": (home / "buckets" / "open").as_uri()}
        assert only(check_buckets(settings(home, buckets=buckets))).outcome is Outcome.FAIL


class TestExecutor:
    def test_that_starts_programs(self, home: Path) -> None:
        assert {finding.outcome for finding in check_executor(settings(home))} == {Outcome.OK}

    def test_whose_interpreter_is_broken(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "python"
        broken.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setattr("sys.executable", str(broken))
        finding = next(check_executor(settings(home)))
        assert finding.outcome is Outcome.FAIL
        assert finding.message == "Task programs do not start: no such module"

    def test_whose_interpreter_is_gone(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.executable", "/nowhere/python")
        assert next(check_executor(settings(home))).outcome is Outcome.FAIL

    def test_without_the_compression_stack(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "aind_data_transfer_service.cli.checks.executor.find_spec", lambda _name: None
        )
        *_, finding = check_executor(settings(home))
        assert finding.outcome is Outcome.WARN
        assert "spikeinterface" in finding.message


class TestFolders:
    def test_that_cannot_be_made(self, home: Path) -> None:
        put_file_at(home)
        findings = list(check_own_folders(settings(home)))
        assert [finding.outcome for finding in findings] == [Outcome.FAIL] * 2
        assert "staging_dir" in findings[0].how_to_mend

    def test_with_little_space(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        little = os.statvfs_result((4096, 4096, 10, 10, 10, 10, 10, 10, 0, 255))
        monkeypatch.setattr("os.statvfs", lambda _path: little)
        findings = list(check_own_folders(settings(home)))
        assert [finding.outcome for finding in findings] == [Outcome.WARN] * 2
        assert "41.0 kB are free" in findings[0].message

    def test_source_roots(self, home: Path, tmp_path: Path) -> None:
        roots = (tmp_path, tmp_path / "nope")
        good, missing = check_source_roots(settings(home, source_roots=roots))
        assert (good.outcome, missing.outcome) == (Outcome.OK, Outcome.FAIL)
        assert str(tmp_path / "nope") in missing.check

    def test_how_many_jobs_have_something_staged(self, home: Path) -> None:
        (home / "staging" / "one").mkdir(parents=True)
        (home / "staging" / "other").mkdir()
        staging, work = check_own_folders(settings(home))
        assert staging.message.endswith("it holds folders of 2 jobs")
        assert work.message.endswith("it holds folders of 0 jobs")

    def test_removal_roots(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert list(check_removal_roots(settings(home))) == []
        removal = {"roots": (tmp_path, tmp_path / "nope")}
        good, missing = check_removal_roots(settings(home, removal=removal))
        assert (good.outcome, missing.outcome) == (Outcome.OK, Outcome.FAIL)
        monkeypatch.setattr("os.access", lambda _path, _mode: False)
        closed, _ = check_removal_roots(settings(home, removal=removal))
        assert closed.outcome is Outcome.FAIL


class TestMail:
    def test_into_a_folder_that_cannot_be_made(self, home: Path) -> None:
        put_file_at(home)
        assert only(check_mail(settings(home))).outcome is Outcome.FAIL

    def test_to_a_server_that_does_not_answer(self, home: Path) -> None:
        mail = {"mode": "smtp", "host": "127.0.0.1", "port": 1}
        finding = only(check_mail(settings(home, mail=mail)))
        assert finding.outcome is Outcome.FAIL
        assert "127.0.0.1" in finding.message

    def test_that_is_off(self, home: Path) -> None:
        assert only(check_mail(settings(home, mail={"mode": "off"}))).outcome is Outcome.WARN
