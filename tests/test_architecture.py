"""House rules that no other tool checks."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import aind_data_transfer_service

PACKAGE = Path(aind_data_transfer_service.__file__).parent
MODULES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}
QUERIES = {"select", "update", "delete", "text"}


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(MODULES[name].read_text())))


def names_of(node: ast.AST) -> Iterator[str]:
    """Yield the names by which a node reaches for something."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            yield name
        case ast.ImportFrom(names=aliases):
            yield from (alias.name for alias in aliases)


def test_there_is_something_to_look_at() -> None:
    assert {"settings/load.py", "engine/transitions.py", "engine/repositories.py"} <= MODULES.keys()


@pytest.mark.parametrize("name", MODULES)
def test_only_settings_read_the_environment(name: str) -> None:
    found = {found for node in nodes(name) for found in names_of(node)}
    if name != "settings/load.py":
        assert not found & {"environ", "environb", "getenv", "getenvb"}


@pytest.mark.parametrize("name", MODULES)
def test_transactions_end_where_they_began(name: str) -> None:
    """`Database.write` commits; nothing else does, so that a change is all there or not at all."""
    assert "commit" not in {found for node in nodes(name) for found in names_of(node)}


@pytest.mark.parametrize("name", MODULES)
def test_only_repositories_ask_the_database(name: str) -> None:
    imported = {
        alias.name
        for node in nodes(name)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
    }
    at_home = name.startswith("db/") or name in {
        "engine/repositories.py",
        "engine/job_counts.py",
        "engine/job_search.py",
        "engine/request_keys.py",
    }
    assert at_home or not imported & QUERIES


@pytest.mark.parametrize("name", MODULES)
def test_only_one_module_changes_states(name: str) -> None:
    changed = [
        target
        for node in nodes(name)
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]
    assert name == "engine/transitions.py" or not changed


@pytest.mark.parametrize("name", [name for name in MODULES if "/migrations/" not in name])
def test_modules_and_functions_are_short(name: str) -> None:
    assert len(MODULES[name].read_text().splitlines()) <= 400
    for node in nodes(name):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 80, node.name
