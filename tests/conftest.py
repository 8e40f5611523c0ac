"""Real services for the tests that need one: ``pytest --service swift=http://key:secret@host:1``."""

import pytest


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


@pytest.fixture
def service_url(request: pytest.FixtureRequest) -> str:
    """Where the service answers that the test's ``service`` mark names."""
    mark = request.node.get_closest_marker("service")
    assert mark is not None, "a test that uses service_url needs the mark service(name)"
    (name,) = mark.args
    given: dict[str, str] = dict(
        pair.split("=", 1) for pair in request.config.getoption("--service")
    )
    if name in given:
        return given[name]
    missing = f"needs {name}: pytest --service {name}=URL"
    if request.config.getoption("--require-services"):
        pytest.fail(missing)
    pytest.skip(missing)
