"""What it takes to read a sheet, to judge its rows, and to look at the folders it names."""

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

from openpyxl import Workbook

from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.spreadsheet.annotate import annotate
from aind_data_transfer_service.intake.spreadsheet.check import check_sheet
from aind_data_transfer_service.intake.spreadsheet.folders import FolderLooker
from aind_data_transfer_service.intake.spreadsheet.read import read_table
from aind_data_transfer_service.intake.spreadsheet.report import SheetReport
from aind_data_transfer_service.intake.spreadsheet.template import build_template
from aind_data_transfer_service.settings.spreadsheets import SpreadsheetSettings

_HEADINGS = (
    "job_type", "project_name", "platform", "acq_datetime", "subject_id", "metadata_dir",
    "modality0", "modality0.input_source", "modality1", "modality1.input_source",
)  # fmt: skip
_LIMITS = SpreadsheetSettings()
_POLICY = IntakePolicy(
    bucket_urls={"default": "s3://bucket"},
    project_names=("Ephys Platform",),
    source_roots=(),
    path_checks="warn",
)


def main() -> None:
    """Print a table of seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--files", type=int, default=5, help="files in each folder")
    parser.add_argument("--rounds", type=int, default=5, help="medians of so many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = _rows(Path(folder), options.rows, options.files)
        files = {"sheet.csv": _csv(rows), "sheet.xlsx": _workbook(rows)}
        print(f"{options.rows} rows, {3 * options.rows} folders of {options.files} files\n")
        print("| | wall s (median) | CPU s (median) |\n|---|--:|--:|")
        for name, content in files.items():
            _measure(options.rounds, name, content)
        _print("build the template", options.rounds, _template)


def _measure(rounds: int, name: str, content: bytes) -> None:
    whole = partial(_check, name, content)
    report = whole()
    if not (report.is_valid and all(seen.complete for seen in report.seen.values())):
        raise SystemExit(f"{name} is not valid, or not all folders were counted in time")
    _print(f"{name}: read", rounds, partial(read_table, name, content, _LIMITS))
    _print(f"{name}: read, judge, look at folders", rounds, whole)
    _print(f"{name}: write comments", rounds, partial(annotate, content, report))


def _check(name: str, content: bytes) -> SheetReport:
    seconds = _LIMITS.path_check_time.total_seconds()
    return check_sheet(
        read_table(name, content, _LIMITS),
        _POLICY,
        None,
        look=partial(FolderLooker().look, roots=(), seconds=seconds),
        under_way=lambda plans: [None] * len(plans),
    )


def _template() -> None:
    build_template.cache_clear()
    build_template(project_names=tuple(f"Project {number}" for number in range(200)))


def _print(what: str, rounds: int, work: Callable[[], object]) -> None:
    wall, cpu = [], []
    for _ in range(rounds):
        start, start_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - start_cpu)
    print(f"| {what} | {statistics.median(wall):.2f} | {statistics.median(cpu):.2f} |")


def _rows(folder: Path, count: int, files: int) -> list[list[str]]:
    rows = []
    for number in range(count):
        session = folder / f"{number}"
        sources = [session / name for name in ("metadata", "ecephys", "behavior")]
        for source in sources:
            source.mkdir(parents=True)
            for file in range(files):
                (source / f"{file}.dat").write_bytes(b"data")
        metadata, ecephys, behavior = map(str, sources)
        rows.append(
            ["default", "Ephys Platform", "ecephys", "2024-02-19 11:25:17", f"{100_000 + number}",
             metadata, "ecephys", ecephys, "behavior", behavior]
        )  # fmt: skip
    return [list(_HEADINGS), *rows]


def _csv(rows: list[list[str]]) -> bytes:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _workbook(rows: list[list[str]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


if __name__ == "__main__":
    main()
