"""Real services for the tests that need one: ``pytest --service swift=http://key:secret@host:1``."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from aind_data_transfer_service.testing.s3_bucket import S3Bucket


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--service",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="where a real service answers, for tests marked with service(NAME)",
    )
    parser.addoption(
        "--require-services",
        action="store_true",
        help="fail, rather than skip, tests whose service is not given",
    )
    parser.addoption(
        "--guide",
        default=Path(__file__).parent / "data" / "guide_examples.rst",
        type=Path,
        metavar="FILE",
        help="run the Python examples of this V1 user guide (reStructuredText), not our own",
    )


@pytest.fixture
def service_url(request: pytest.FixtureRequest) -> str:
    """Where the service answers that the test's ``service`` mark names."""
    return find_service(request)


@pytest.fixture
def service_urls(request: pytest.FixtureRequest) -> dict[str, str]:
    """Where each of the services answers that the test's ``service`` mark names."""
    return find_services(request)


def find_service(request: pytest.FixtureRequest) -> str:
    """Return where the one service answers that the mark of the test, or of its module, names."""
    (url,) = find_services(request).values()
    return url


def find_services(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return name → address of the services that the mark of the test, or of its module, names."""
    mark = request.node.get_closest_marker("service")
    assert mark is not None, "a test that uses a service needs the mark service(name)"
    given: dict[str, str] = dict(
        pair.split("=", 1) for pair in request.config.getoption("--service")
    )
    absent = [name for name in mark.args if name not in given]
    if not absent:
        return {name: given[name] for name in mark.args}
    missing = f"needs {', '.join(absent)}: pytest " + " ".join(
        f"--service {name}=URL" for name in absent
    )
    if request.config.getoption("--require-services"):
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Where moto's S3 server answers."""
    from aind_data_transfer_service.testing.s3_bucket import moto_server  # slow to import

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with moto_server() as url:
        yield url


@pytest.fixture
def bucket(moto_url: str) -> "S3Bucket":
    """A new bucket at moto's server."""
    from aind_data_transfer_service.testing.s3_bucket import S3Bucket

    return S3Bucket.at(moto_url)
