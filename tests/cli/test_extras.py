"""Every library of the extras is known by name, so that a missing one can be explained."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from aind_data_transfer_service.cli.failures import EXTRAS

_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
_NOT_IMPORTED_BY_NAME = {"python-multipart"}


@pytest.mark.parametrize("extra", ["server", "transforms", "demo"])
def test_libraries_of_an_extra_are_known(extra: str) -> None:
    extras = tomllib.loads(_PYPROJECT.read_text())["project"]["optional-dependencies"]
    wanted = {requirement_name(line) for line in extras[extra]} - _NOT_IMPORTED_BY_NAME
    wanted.discard("aind-data-transfer-service")
    known = {
        distribution.lower()
        for module, distributions in packages_distributions().items()
        if EXTRAS.get(module) == extra
        for distribution in distributions
    }
    assert wanted <= known


def requirement_name(line: str) -> str:
    for end in "<>=![; ":
        line = line.partition(end)[0]
    return line
