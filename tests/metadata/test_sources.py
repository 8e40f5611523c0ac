"""Every source of metadata does what the port promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aind_data_transfer_service.metadata.builtin import BuiltinSource
from aind_data_transfer_service.metadata.mapper import MapperSource
from aind_data_transfer_service.metadata.tools import python_of
from aind_data_transfer_service.ports.metadata_source import MetadataSource
from aind_data_transfer_service.testing.metadata_service import MetadataService
from aind_data_transfer_service.testing.metadata_source_suite import MetadataSourceTests

from .stub import StubTools


class TestBuiltin(MetadataSourceTests):
    @pytest.fixture
    def source(self) -> MetadataSource:
        return BuiltinSource()


class TestMapperThatAnswersAtOnce(MetadataSourceTests):
    @pytest.fixture
    def source(self, tmp_path: Path) -> MetadataSource:
        tools = StubTools(tmp_path / "tools")
        tools.answers(gather={"files": {"rig.json": {"rig_id": "323_EPHYS1"}}})
        return MapperSource(tools.command, service_url="http://metadata", service_timeout=1)


@pytest.mark.service("metadata-tools")
@pytest.mark.timeout(300)
class TestMapper(MetadataSourceTests):
    @pytest.fixture
    def source(self, service_url: str) -> Iterator[MetadataSource]:
        python = python_of(Path(service_url), "mapper")
        with MetadataService() as service:
            yield MapperSource((str(python), "-I"), service_url=service.url, service_timeout=30)
