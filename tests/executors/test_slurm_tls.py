"""slurmrestd behind HTTPS."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.errors import SettingsInvalid
from aind_data_transfer_service.executors.slurm.executor import SlurmExecutor
from aind_data_transfer_service.executors.slurm.rest import SlurmRest
from aind_data_transfer_service.ports.executor import ExecutorUnavailable
from aind_data_transfer_service.settings import SlurmSettings
from aind_data_transfer_service.tasks.spec import ResultState
from aind_data_transfer_service.testing.executor_suite import ended, lay_out, result, started

from ..certificate import Certificate, make_certificate
from ..services.slurm import Cluster
from .https_front import https_front
from .slurm_settings import slurm_settings

PROGRAM = (sys.executable, str(Path(__file__).with_name("scripted_program.py")))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate") / "server.pem")


@pytest.fixture
def settings(service_url: str, certificate: Certificate) -> Iterator[SlurmSettings]:
    cluster = Cluster.at(service_url)
    with https_front(cluster.rest_url, certificate.server) as url:
        yield slurm_settings(cluster, url=url, ca_file=certificate.file)


@pytest.mark.service("slurm")
def test_a_job_runs_by_way_of_https(settings: SlurmSettings, tmp_path: Path) -> None:
    executor = SlurmExecutor(settings, program=PROGRAM)
    request = lay_out(tmp_path / tmp_path.name)
    ended(executor, started(executor, request))
    executor.close()
    assert result(request.folder).state is ResultState.SUCCESS


@pytest.mark.service("slurm")
@pytest.mark.parametrize("known", ["other", "the machine's"])
def test_a_certificate_that_nothing_proves_is_not_trusted(
    settings: SlurmSettings, tmp_path: Path, known: str
) -> None:
    other = make_certificate(tmp_path / "other.pem").file if known == "other" else None
    rest = SlurmRest(settings.model_copy(update={"ca_file": other}))
    with pytest.raises(ExecutorUnavailable, match="certificate that is not trusted") as refused:
        rest.ping()
    rest.close()
    assert "slurm.ca_file" in refused.value.what_to_do


@pytest.mark.service("slurm")
def test_a_certificate_of_another_name_is_not_trusted(settings: SlurmSettings) -> None:
    by_number = str(settings.url).replace("localhost", "127.0.0.1")
    rest = SlurmRest(settings.model_copy(update={"url": by_number}))
    with pytest.raises(ExecutorUnavailable, match=r"not valid for '127\.0\.0\.1'"):
        rest.ping()
    rest.close()


@pytest.mark.parametrize("content", [None, "no certificate\n"])
def test_a_file_without_certificates_is_told_at_once(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    settings = {"url": "https://localhost:1", "token": "x", "ca_file": str(file)}
    with pytest.raises(SettingsInvalid, match=r"slurm\.ca_file"):
        SlurmRest(SlurmSettings.model_validate(settings))
