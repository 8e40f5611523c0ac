"""Looks for barriers with axe-core."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def check_accessibility(page: Page) -> None:
    """Fail if axe-core finds a breach of WCAG 2.2 AA, or of good practice, in what is shown now."""
    page.evaluate(_axe())
    found = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations', 'passes']})",
        _RULES,
    )
    assert found["passes"], "axe-core looked at nothing"
    assert not found["violations"], _told(found["violations"])


@cache
def _axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def _told(violations: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{violation['id']}: {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    )
