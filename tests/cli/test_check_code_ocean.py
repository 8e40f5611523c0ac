from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from aind_data_transfer_service.cli.checks.code_ocean import check_code_ocean
from aind_data_transfer_service.cli.checks.finding import Finding
from aind_data_transfer_service.settings import CodeOceanSettings, Settings
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, Fault


@pytest.fixture
def fake() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


def found(**values: object) -> Finding:
    codeocean = CodeOceanSettings.model_validate(values)
    [finding] = check_code_ocean(Settings(codeocean=codeocean))
    return finding


def test_without_code_ocean_all_is_well() -> None:
    assert found().outcome == "ok"


def test_a_server_that_takes_the_token(fake: FakeCodeOcean) -> None:
    finding = found(domain=fake.url, token=fake.token)
    assert (finding.outcome, finding.message) == ("ok", f"{fake.url} answers and takes the token")


def test_a_missing_token(fake: FakeCodeOcean) -> None:
    finding = found(domain=fake.url)
    assert finding.outcome == "fail"
    assert "codeocean.token" in finding.how_to_mend


def test_a_token_that_is_not_taken(fake: FakeCodeOcean) -> None:
    finding = found(domain=fake.url, token=SecretStr("cop_wrong-one"))
    assert (finding.outcome, finding.message) == ("fail", "Code Ocean answered 401: unauthorized")
    assert "codeocean.token" in finding.how_to_mend
    assert "cop_wrong-one" not in finding.how_to_mend


def test_a_server_that_does_not_answer(fake: FakeCodeOcean) -> None:
    fake.fail(Fault("POST", "data_assets/search"))
    finding = found(domain=fake.url, token=fake.token)
    assert finding.outcome == "fail"
    assert "does not answer" in finding.message
    assert "codeocean.domain" in finding.how_to_mend


def test_a_server_that_is_no_code_ocean(fake: FakeCodeOcean) -> None:
    finding = found(domain=f"{fake.url}/elsewhere", token=fake.token)
    assert finding.outcome == "fail"
    assert "codeocean.domain" in finding.how_to_mend
