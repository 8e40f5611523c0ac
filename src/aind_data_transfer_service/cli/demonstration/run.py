"""The demonstration, from a sample session to a verified asset."""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from ...client import Client, Job
from ...errors import Conflict
from ...settings import S3Settings
from ...storage.verify import VerifyMode
from ...testing.sample_session import SampleSession, make_sample_session, sample_request
from ..job_end import say_end
from ..output import console
from ..progress import progress_view
from ..units import decimal_bytes, duration
from ..verification import asset_place, verify_place
from .report import print_mails, print_sizes
from .service import DemoService, demo_service

_PROJECT = "Ephys Platform"
_USER = "scientist@example.org"
_SECONDS_RECORDED = 3.0
_JOB_MAY_TAKE_SECONDS = 600.0


class FolderNotEmpty(Conflict):
    """The folder for the demonstration holds something."""

    code = "folder_not_empty"
    what_to_do_default = "Name a folder that is empty or not there yet."


def run_demo(wanted: Path | None, *, keep: bool) -> bool:
    """Run the demonstration; returns whether all of it held."""
    # Ended from outside, it tidies up as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    out = console()
    started = time.monotonic()
    with _folder(wanted, keep=keep) as folder:
        out.print(f"Working in {folder}", markup=False, soft_wrap=True)
        session = make_sample_session(folder / "share", seconds=_SECONDS_RECORDED)
        size = sum(path.stat().st_size for path in session.folder.rglob("*") if path.is_file())
        out.print(f"Made a session of {decimal_bytes(size)}: {session.folder}", soft_wrap=True)
        arguments = ["--source-root", str(folder / "share"), "--project-name", _PROJECT]
        home = folder / "home"
        with demo_service(home, log=folder / "service.log", arguments=arguments) as service:
            out.print(f"Service: {service.url}", soft_wrap=True)
            good = _upload(out, service.url, session, home)
            words = "All of it held" if good else "It FAILED"
            out.print(f"{words}, after {duration(time.monotonic() - started)}.")
            if keep:
                _stay(out, service, folder)
    return good


@contextmanager
def _folder(wanted: Path | None, *, keep: bool) -> Iterator[Path]:
    if wanted is None:
        folder = Path(tempfile.mkdtemp(prefix="aind-data-transfer-demo-"))
        try:
            yield folder
        finally:
            if not keep:
                shutil.rmtree(folder)
        return
    folder = wanted.expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(f"{folder} is not empty.")
    yield folder


def _upload(out: Console, url: str, session: SampleSession, home: Path) -> bool:
    """Submit the guide's request, watch the job and check what arrived."""
    request = sample_request(session, project_name=_PROJECT, user_email=_USER)
    with Client(url) as client:
        job_id = _submit(out, client, request)
        with progress_view(out) as view:
            job = client.wait(job_id, timeout=_JOB_MAY_TAKE_SECONDS, on_update=view.update)
    say_end(job)
    return job.state == "success" and _examine(out, job, session, home)


def _submit(out: Console, client: Client, request: dict[str, Any]) -> str:
    checked = client.validate(request)
    out.print(
        f"Validated: {'valid' if checked.valid else 'NOT valid'}, {len(checked.warnings)} warnings"
    )
    job_id = client.submit(request).jobs[0].job_id
    out.print(f"Submitted: {client.base_url}/jobs/{job_id}", soft_wrap=True)
    return job_id


def _examine(out: Console, job: Job, session: SampleSession, home: Path) -> bool:
    """Print what arrived; returns whether it is all that should have."""
    place = asset_place(job.location)
    print_sizes(session, place)
    mailed = print_mails(out, home / "outbox")
    report = verify_place(place, S3Settings(), VerifyMode.READ, out)
    result = "all as the manifest says" if report.good else "NOT as the manifest says"
    out.print(
        f"Verified: {report.files} files, {decimal_bytes(report.bytes)} read back: {result}",
        soft_wrap=True,
    )
    for mismatch in report.mismatches:
        out.print(str(mismatch), markup=False)
    return report.good and mailed


def _stay(out: Console, service: DemoService, folder: Path) -> None:
    out.print(f"The portal stays open at {service.url}. Ctrl-C ends it; {folder} is kept.")
    try:
        service.process.wait()
    except KeyboardInterrupt:
        out.print("Stopping.")
