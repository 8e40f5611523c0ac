"""Rows to submit, and ways to hand them to the page."""

from base64 import b64encode
from pathlib import Path

from playwright.sync_api import Page, expect

HEADINGS = (
    "project_name",
    "platform",
    "acq_datetime",
    "subject_id",
    "modality0",
    "modality0.input_source",
)
_DROP = """
([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const target = document.querySelector("main");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
    target.dispatchEvent(event);
    if (kind !== "dragenter" && !event.defaultPrevented) throw new Error(`${kind} not taken`);
  }
}
"""
_PASTE = """
(text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}
"""


def row(
    subject: int,
    source: Path | str,
    *,
    project: str = "Ephys Platform",
    platform: str = "behavior",
    when: str = "2024-02-19T11:25:17",
) -> list[str]:
    """Return the cells of one session."""
    return [project, platform, when, str(subject), "behavior", str(source)]


def sheet(*rows: list[str], delimiter: str = ",") -> str:
    """Return rows below their headings, as text."""
    return "\n".join(delimiter.join(cells) for cells in (HEADINGS, *rows))


def choose(page: Page, text: str, name: str = "jobs.csv") -> None:
    """Choose a file, and wait for what is found."""
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    wait_for_check(page)


def drop(page: Page, file: Path) -> None:
    """Drop a file on the page, and wait for what is found."""
    page.evaluate(_DROP, [file.name, b64encode(file.read_bytes()).decode()])
    wait_for_check(page)


def paste(page: Page, text: str) -> None:
    """Paste text into the page, and wait for what is found."""
    page.evaluate(_PASTE, text)
    wait_for_check(page)


def wait_for_check(page: Page) -> None:
    """Wait until rows have been checked and nothing is under way."""
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("body.is-busy")).to_have_count(0)
