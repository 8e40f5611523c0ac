import io
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from aind_data_transfer_service.cli.progress import progress_view, task_table
from aind_data_transfer_service.client import Job, Task

START = datetime(2026, 1, 1, tzinfo=UTC)


def task(task_id: str, state: str, **values: Any) -> Task:
    given = {"title": "", "map_index": -1, "try_number": 1, "task_id": task_id, "state": state}
    return Task(**(given | values))


def job(*tasks: Task) -> Job:
    return Job(
        job_id="1",
        submission_id="2",
        asset_name="behavior_1",
        location="file:///b/behavior_1/",
        bucket="private",
        state="running",
        project_name="P",
        subject_id="1",
        job_type="behavior",
        created_at=START,
        tasks=tasks,
    )


DONE = task(
    "check_source_folders_exist",
    "success",
    started_at=START,
    ended_at=START + timedelta(seconds=2),
    progress_done=2_500_000,
)
COMPRESSING = task(
    "compress_data",
    "running",
    map_index=1,
    label="behavior-videos",
    progress_done=50_000_000,
    progress_total=100_000_000,
    rate=25e6,
    eta_seconds=2.0,
)
SKIPPED = task("register_data_asset", "skipped", note="Code Ocean is not configured")


def test_the_table_fits_into_80_columns() -> None:
    out = Console(file=io.StringIO(), width=80, color_system=None)
    with out.capture() as shown:
        out.print(task_table(job(DONE, COMPRESSING, SKIPPED)))
    assert [line.rstrip() for line in shown.get().splitlines()] == [
        "Task                            State              Bytes      Rate  Left  Took",
        "check_source_folders_exist      success           2.5 MB                 2.0 s",
        "compress_data [behavior-videos] running ━━━━     50.0 MB 25.0 MB/s 2.0 s",
        "register_data_asset             skipped",
    ]


def test_outside_a_terminal_each_piece_of_news_is_one_line() -> None:
    out = Console(file=io.StringIO(), width=80, color_system=None)
    queued = task("verify_upload", "queued", try_number=0)
    failed = task(
        "verify_upload",
        "failed",
        try_number=2,
        started_at=START,
        ended_at=START + timedelta(seconds=3),
        error={"code": "upload_mismatch", "message": "1 of 2 files differ."},
    )
    with out.capture() as shown, progress_view(out) as view:
        view.update(job(DONE, COMPRESSING, queued))
        view.update(job(DONE, COMPRESSING, queued))
        view.update(job(DONE, COMPRESSING, failed))
    assert shown.get().splitlines() == [
        "check_source_folders_exist: success, 2.0 s, 2.5 MB",
        "compress_data [behavior-videos]: running",
        "verify_upload: failed, try 2, 3.0 s, upload_mismatch: 1 of 2 files differ.",
    ]


def test_in_a_terminal_the_table_is_redrawn() -> None:
    written = io.StringIO()
    out = Console(file=written, width=80, force_terminal=True, legacy_windows=False)
    with progress_view(out) as view:
        view.update(job(COMPRESSING))
        view.update(job(COMPRESSING, DONE))
    assert "check_source_folders_exist" in written.getvalue()
