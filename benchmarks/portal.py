"""The jobs page in a browser, with many jobs in the database.

    python -m benchmarks.portal [--jobs 50000] [--rounds 10] [--home FOLDER] [--browser PATH]

Measured in Chromium, on loopback: the first contentful paint of ``/jobs`` (Paint Timing, from the
start of the navigation) in a browser that has its files already and in one that has none, and how
long after a filter is chosen its rows are on the screen. ``--home`` keeps the filled database for
the next time.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from .service_load import servers
from .service_load.fill import fill

_PAINT = """() => new Promise((resolve) => {
  const seen = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  if (seen()) resolve(seen());
  else new PerformanceObserver(() => resolve(seen())).observe({ type: "paint", buffered: true });
})"""
# The time from the choice to the second frame after the rows have changed: by then they are drawn.
_CHANGE = """([name, value]) => new Promise((resolve) => {
  const begun = performance.now();
  document.addEventListener("shown", () => requestAnimationFrame(() => requestAnimationFrame(
    () => resolve(performance.now() - begun)
  )), { once: true });
  const field = document.querySelector(`form.filters [name=${name}]`);
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""
_FILTERS = (
    ("project", "Ephys Platform"),
    ("platform", "ecephys"),
    ("search", "600123"),
    ("search", "no such words"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        if not (home / "state.db").exists():
            home.mkdir(parents=True, exist_ok=True)
            fill(home, options.jobs)
        with servers.ours(home) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=options.browser, args=["--no-sandbox"]
            )
            _measure(browser, f"http://127.0.0.1:{server.port}", options.rounds)
            browser.close()


def _measure(browser: Browser, url: str, rounds: int) -> None:
    def cold() -> float:
        with browser.new_context() as context:
            return _paint(context.new_page(), f"{url}/jobs")

    _print("first paint, nothing kept", [cold() for _ in range(rounds)])
    page = browser.new_page()
    page.goto(f"{url}/jobs")
    _print("first paint", _times(rounds, lambda: _paint(page, f"{url}/jobs")))
    for name, value in _FILTERS:

        def change(name: str = name, value: str = value) -> float:
            page.goto(f"{url}/jobs")
            return float(page.evaluate(_CHANGE, [name, value]))

        _print(f"{name} = {value}", _times(rounds, change))


def _paint(page: Page, address: str) -> float:
    page.goto(address)
    return float(page.evaluate(_PAINT))


def _times(rounds: int, measure: Callable[[], float]) -> list[float]:
    return [measure() for _ in range(rounds)]


def _print(title: str, milliseconds: Sequence[float]) -> None:
    median, worst = statistics.median(milliseconds), max(milliseconds)
    print(f"{title:<32} median {median:6.0f} ms, longest {worst:6.0f} ms")


if __name__ == "__main__":
    main()
