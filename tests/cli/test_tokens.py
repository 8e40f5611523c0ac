import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from aind_data_transfer_service.cli.periods import parse_period
from aind_data_transfer_service.cli.service.secret_key import require_own_key, with_kept_key
from aind_data_transfer_service.db.models import Event
from aind_data_transfer_service.db.tokens import Tokens
from aind_data_transfer_service.errors import SettingsInvalid
from aind_data_transfer_service.identity.scopes import Scope
from aind_data_transfer_service.identity.tokens import parse_token
from aind_data_transfer_service.settings import Settings

from ..client.live_service import LiveService
from .conftest import Run

KEY = "k" * 32


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AIND_DATA_TRANSFER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class TestTokens:
    @pytest.mark.usefixtures("home")
    def test_a_token_is_shown_once(self, run: Run) -> None:
        result = run("tokens", "create", "rig", "--scope", "submit", "--scope", "control")
        token = parse_token(result.stdout.strip())
        assert "Token rig (control submit)" in result.stderr
        (listed,) = json.loads(run("tokens", "list", "--json").stdout)
        assert listed == {
            "id": token.id,
            "name": "rig",
            "scopes": ["control", "submit"],
            "created_at": listed["created_at"],
            "expires_at": None,
            "last_used_at": None,
            "revoked_at": None,
        }
        assert token.secret not in run("tokens", "list").stdout

    @pytest.mark.usefixtures("home")
    def test_as_json_with_an_end(self, run: Run) -> None:
        result = run("tokens", "create", "rig", "--scope", "admin", "--expires", "90d", "--json")
        answer = json.loads(result.stdout)
        assert parse_token(answer["token"]).id == answer["id"]
        life = datetime.fromisoformat(answer["expires_at"]) - datetime.fromisoformat(
            answer["created_at"]
        )
        assert timedelta(days=90) - life < timedelta(minutes=1)

    @pytest.mark.usefixtures("home")
    @pytest.mark.parametrize("by", ["name", "id"])
    def test_a_token_is_revoked_by_name_or_id(self, run: Run, by: str) -> None:
        made = json.loads(run("tokens", "create", "rig", "--scope", "submit", "--json").stdout)
        result = run("tokens", "revoke", made[by])
        assert result.stdout == f"Token rig ({made['id']}) is revoked.\n"
        (listed,) = json.loads(run("tokens", "list", "--json").stdout)
        revoked_at = datetime.fromisoformat(listed["revoked_at"])
        assert revoked_at <= datetime.now(UTC)

    def test_the_database_may_be_elsewhere(self, run: Run, home: Path, tmp_path: Path) -> None:
        run("tokens", "create", "rig", "--scope", "submit", "--home", tmp_path / "other")
        assert (tmp_path / "other" / "state.db").exists()
        assert not home.exists()

    @pytest.mark.usefixtures("home")
    def test_what_cannot_be(self, run: Run) -> None:
        run("tokens", "create", "rig", "--scope", "submit")
        for arguments, exit_code, said in (
            (("create", "rig", "--scope", "submit"), 1, "Code: token_name_taken"),
            (("create", "a b", "--scope", "submit"), 2, "Code: token_name_invalid"),
            (("create", "b"), 2, "--scope"),
            (("create", "b", "--scope", "root"), 2, "root"),
            (("create", "b", "--scope", "submit", "--expires", "soon"), 2, "such as 12h"),
            (("revoke", "nope"), 1, "Code: token_unknown"),
        ):
            result = run("tokens", *arguments)
            assert (result.exit_code, said in result.stderr) == (exit_code, True), result.stderr


class TestUse:
    def test_commands_send_the_token(
        self, run: Run, service: LiveService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with service.jobs.database.write() as session:
            token, _ = Tokens(session).issue("rig", [Scope.CONTROL], None)
        first, second = (service.jobs.queued(asset_name=name) for name in "ab")
        assert run("cancel", first, "--token", token.text).exit_code == 0
        monkeypatch.setenv("AIND_DATA_TRANSFER_TOKEN", token.text)
        assert run("cancel", second).exit_code == 0
        with service.jobs.database.read() as session:
            wishes = session.scalars(select(Event).where(Event.kind == "job:cancel_requested"))
            by = [(wish.detail or {})["by"] for wish in wishes]
        assert by == ["token rig at 127.0.0.1"] * 2

    def test_a_token_that_is_not_valid_is_told(self, run: Run, service: LiveService) -> None:
        result = run("cancel", service.jobs.queued(), "--token", "adt_x")
        assert result.exit_code == 1
        assert "Code: token_invalid" in result.stderr


class TestPeriods:
    @given(st.integers(1, 9999), st.sampled_from("hdw"))
    def test_numbers_of_hours_days_and_weeks(self, number: int, unit: str) -> None:
        hours = {"h": 1, "d": 24, "w": 168}[unit]
        assert parse_period(f"{number}{unit}") == timedelta(hours=number * hours)

    @pytest.mark.parametrize("text", ["", "0d", "-1d", "1", "d", "1y", "1.5d", "99999d", "1d1h"])
    def test_other_texts(self, text: str) -> None:
        with pytest.raises(typer.BadParameter, match="12h, 90d or 4w"):
            parse_period(text)


class TestSecretKey:
    def test_one_is_made_for_this_user_alone_and_kept(self, tmp_path: Path) -> None:
        settings = Settings(home=tmp_path / "home")
        first, second = with_kept_key(settings), with_kept_key(settings)
        assert first.secret_key is not None
        assert len(first.secret_key.get_secret_value()) >= 32
        assert first.secret_key == second.secret_key
        (file,) = (tmp_path / "home").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_the_one_given_wins(self, tmp_path: Path) -> None:
        settings = Settings(home=tmp_path / "home", secret_key=KEY)
        assert with_kept_key(settings) is settings
        assert require_own_key(settings.model_copy(update={"host": "0.0.0.0"})).secret_key  # noqa: S104 - nothing listens
        assert not (tmp_path / "home").exists()

    @pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::", "127.example.org"])  # noqa: S104 - nothing listens
    def test_other_machines_are_served_with_a_given_one_only(
        self, tmp_path: Path, host: str
    ) -> None:
        with pytest.raises(SettingsInvalid, match=r"secret_key is not set") as refused:
            require_own_key(Settings(home=tmp_path, host=host))
        assert "AIND_DATA_TRANSFER_SECRET_KEY" in refused.value.what_to_do
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
    def test_this_machine_needs_none(self, tmp_path: Path, host: str) -> None:
        assert require_own_key(Settings(home=tmp_path, host=host)).secret_key is not None

    def test_serve_says_so(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "aind_data_transfer_service.cli", "serve"]
        result = subprocess.run(
            [*command, "--host", "0.0.0.0", "--port", "0", "--home", str(tmp_path / "home")],  # noqa: S104 - refused
            check=False,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 2
        assert "Code: settings_invalid" in result.stderr
