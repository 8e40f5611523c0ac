from collections.abc import Iterator

import pytest

from aind_data_transfer_service.ports.registry import Registry, RegistryUnavailable
from aind_data_transfer_service.registry.codeocean import CodeOceanRegistry
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean
from aind_data_transfer_service.testing.registry_suite import RegistryTests


def registry_at(fake: FakeCodeOcean, token: str) -> Registry:
    return CodeOceanRegistry(domain=f"{fake.url}/", token=token, timeout_seconds=1)


class TestCodeOceanRegistry(RegistryTests):
    @pytest.fixture
    def fake(self) -> Iterator[FakeCodeOcean]:
        with FakeCodeOcean() as fake:
            yield fake

    @pytest.fixture
    def registry(self, fake: FakeCodeOcean) -> Registry:
        return registry_at(fake, fake.token)

    @pytest.fixture
    def stranger(self, fake: FakeCodeOcean) -> Registry:
        return registry_at(fake, "cop_of-nobody")


def test_a_server_that_is_not_there() -> None:
    with FakeCodeOcean() as fake:
        registry = registry_at(fake, fake.token)
    with pytest.raises(RegistryUnavailable, match="does not answer"):
        registry.check()
