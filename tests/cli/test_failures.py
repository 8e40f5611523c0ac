import json

import pytest
import typer

from aind_data_transfer_service.cli.failures import EXTRAS, reports_errors
from aind_data_transfer_service.client import RequestRefused, ServiceUnreachable
from aind_data_transfer_service.errors import InvalidInput, NotFound, SettingsInvalid, TransferError


@pytest.mark.parametrize(
    ("problem", "exit_code"),
    [
        (NotFound("no such thing"), 1),
        (RequestRefused("busy", status=409), 1),
        (InvalidInput("wrong"), 2),
        (SettingsInvalid("wrong"), 2),
        (RequestRefused("wrong", status=406), 2),
        (ServiceUnreachable("no answer"), 4),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, TransferError) else str(value),
)
def test_each_kind_of_error_has_its_exit_code(problem: TransferError, exit_code: int) -> None:
    def command() -> None:
        raise problem

    with pytest.raises(typer.Exit) as ended:
        reports_errors(command)()
    assert ended.value.exit_code == exit_code


def test_says_what_was_wrong_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise NotFound("There is no thing.", what_to_do="Look elsewhere.")

    with pytest.raises(typer.Exit):
        reports_errors(command)()
    assert capsys.readouterr().err.splitlines() == [
        "Error: There is no thing.",
        "What to do: Look elsewhere.",
        "Code: not_found",
    ]


def test_says_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    def command(*, as_json: bool) -> None:
        assert as_json
        raise NotFound("There is no thing.", name="thing")

    with pytest.raises(typer.Exit):
        reports_errors(command)(as_json=True)
    error = json.loads(capsys.readouterr().err)
    assert (error["code"], error["details"]) == ("not_found", {"name": "thing"})


@pytest.mark.parametrize("library", EXTRAS)
def test_a_missing_extra_is_named(library: str, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        raise ModuleNotFoundError(name=f"{library}.part")

    with pytest.raises(typer.Exit) as ended:
        reports_errors(command)()
    assert ended.value.exit_code == 2
    extra = EXTRAS[library]
    assert f"pip install 'aind-data-transfer-service[{extra}]'" in capsys.readouterr().err


def test_any_other_missing_module_is_a_defect_and_stays_loud() -> None:
    def command() -> None:
        raise ModuleNotFoundError(name="aind_data_transfer_service.nothing")

    with pytest.raises(ModuleNotFoundError):
        reports_errors(command)()
