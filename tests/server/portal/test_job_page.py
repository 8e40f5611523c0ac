import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from aind_data_transfer_service.db.models import Task
from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.states import AttemptState, JobState, TaskState
from aind_data_transfer_service.engine.repositories import Jobs
from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import LinkSettings, Settings
from aind_data_transfer_service.tasks.upload_journal import JOURNAL_FILE

from ..factories import DISK_FULL, Jobsite
from ..web_client import WebClient

COMPRESS = TaskId.COMPRESS_DATA


def _text(web: WebClient, address: str) -> str:
    answer = web.get(address)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def _add_elements(jobsite: Jobsite, job_id: str, states: list[TaskState]) -> None:
    """Give the job's compression more elements."""
    rows = [
        {
            "job_id": job_id,
            "task_id": COMPRESS,
            "map_index": number,
            "position": 7,
            "label": f"part {number}",
            "state": state,
            "try_number": 0,
            "earlier_tries": 0,
            "error": DISK_FULL if state is TaskState.FAILED else None,
        }
        for number, state in enumerate(states, start=1)
    ]
    with jobsite.database.write() as session:
        session.connection().execute(insert(Task), rows)


class TestTasks:
    def test_each_attempt_is_a_bar(self, web: WebClient, jobsite: Jobsite) -> None:
        job_id = jobsite.failed()

        text = _text(web, f"/jobs/{job_id}")

        assert re.search(r'<rect class="bar-failed" .*?<title>attempt 1: failed</title>', text)
        assert 'aria-label="1 attempt of behavior"' in text

    def test_many_elements_are_folded(self, web: WebClient, jobsite: Jobsite) -> None:
        job_id = jobsite.running()
        states = [TaskState.SUCCESS] * 300 + [TaskState.FAILED] * 9 + [TaskState.QUEUED] * 190
        _add_elements(jobsite, job_id, states)

        text = _text(web, f"/jobs/{job_id}")

        assert "500 elements" in text
        assert "9 failed, 191 queued, 300 success" in re.sub(r"\s+", " ", text)
        assert text.count('class="element"') == 6
        assert text.count("<tr") < 40

    def test_all_elements_are_on_a_page_of_their_own(
        self, web: WebClient, jobsite: Jobsite
    ) -> None:
        job_id = jobsite.running()
        _add_elements(jobsite, job_id, [TaskState.SUCCESS] * 150 + [TaskState.FAILED] * 2)
        address = f"/jobs/{job_id}/tasks/compress_data"

        assert _text(web, address).count('class="element"') == 100
        assert _text(web, f"{address}?page=2").count('class="element"') == 53
        assert _text(web, f"{address}?state=failed").count('class="element"') == 2
        assert "No element is like that" in _text(web, f"{address}?state=skipped")
        assert web.get(f"/jobs/{job_id}/tasks/nope").status_code == 404


class TestRetry:
    def test_from_the_failed_task_or_one_element_of_it(
        self, web: WebClient, jobsite: Jobsite
    ) -> None:
        job_id = jobsite.failed(names=("behavior", "fib"))
        with jobsite.database.write() as session:
            other = session.query(Task).filter_by(task_id=COMPRESS, map_index=1).one()
            other.state, other.error = TaskState.FAILED, DISK_FULL

        text = _text(web, f"/jobs/{job_id}")
        assert text.count("Retry from here") == 2
        assert "Retry only fib" in text

        form = {"task_id": "compress_data", "map_index": "1", "run": "1"}
        answers = [web.post(f"/jobs/{job_id}/retry", data=form) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        job = get_job(jobsite.database, job_id)
        assert (job.state, job.run) == (JobState.QUEUED, 2)
        states = [task.state for task in job.tasks if task.task_id == COMPRESS]
        assert states == [TaskState.FAILED, TaskState.QUEUED]

    def test_who_may_not_is_told_to_sign_in(self, jobsite: Jobsite, web: WebClient) -> None:
        stranger = WebClient(web.app, address="203.0.113.9")

        text = _text(stranger, f"/jobs/{jobsite.failed()}")

        assert "Sign in to retry" in text
        assert "Retry from here" not in text


class TestSettings:
    def test_each_setting_has_its_origin(self, web: WebClient, jobsite: Jobsite) -> None:
        job_id = jobsite.queued()

        text = re.sub(r"\s+", " ", _text(web, f"/jobs/{job_id}"))

        assert re.search(
            r"<code>concurrency</code></th><td[^>]*><code>\d+</code></td><td[^>]*>default</td>",
            text,
        )


class TestLinks:
    def test_are_there_where_they_are_set_up(self, settings: Settings, jobsite: Jobsite) -> None:
        links = LinkSettings(s3_console="https://console/{bucket}?prefix={prefix}")
        app = create_app(
            settings.model_copy(update={"links": links}), jobsite.database, jobsite.queue
        )
        job_id = jobsite.uploaded(size=1, storage_url="s3://lake", asset_name="a b")
        outputs = {"links": [{"title": "Asset", "url": "https://ocean/1"}, _hostile_link()]}
        with jobsite.database.write() as session:
            session.query(Task).filter_by(task_id="register_data_asset").one().outputs = outputs
            other = session.query(Task).filter_by(task_id="remove_staging_folder").one()
            other.outputs = {"links": 3}

        text = _text(WebClient(app), f"/jobs/{job_id}")

        assert 'href="https://console/lake?prefix=a%20b/"' in text
        assert 'href="https://ocean/1"' in text
        assert "javascript:" not in text

    def test_a_template_with_another_field_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"\{bucket\}"):
            LinkSettings(s3_console="https://console/{nope}")


def _hostile_link() -> dict[str, Any]:
    return {"title": "x", "url": "javascript:alert(1)"}


class TestPictures:
    def test_what_a_task_made_is_shown(self, web: WebClient, jobsite: Jobsite) -> None:
        job_id = jobsite.running()
        jobsite.attempt(job_id, COMPRESS, 0, log="", end=AttemptState.SUCCESS)
        folder = jobsite.folder / "attempts" / f"{job_id}.compress_data.0"
        (folder / "slice 1.png").write_bytes(b"\x89PNG")
        (folder.parent / "secret.png").write_bytes(b"secret")
        pictures = [
            {"file": "slice 1.png", "text": "A slice"},
            {"file": "../secret.png", "text": "x"},
            {"file": "log.txt", "text": "x"},
            {"file": "gone.png", "text": "Gone"},
        ]
        jobsite.change_task(job_id, COMPRESS, 0, TaskState.SUCCESS, outputs={"pictures": pictures})

        text = _text(web, f"/jobs/{job_id}")
        base = f"/jobs/{job_id}/pictures/compress_data/0"

        assert f'src="{base}/slice%201.png" alt="A slice"' in text
        assert web.get(f"{base}/slice%201.png").headers["content-type"] == "image/png"
        assert "secret" not in text
        for name in ("..%2Fsecret.png", "log.txt", "gone.png"):
            assert web.get(f"{base}/{name}").status_code == 404


class TestLog:
    def test_the_lines_with_a_text_are_found(self, web: WebClient, jobsite: Jobsite) -> None:
        log = "".join(f"line {number}\n" for number in range(1, 30)) + "<b>No SPACE left\n"
        job_id = jobsite.failed(log=log)
        address = f"/jobs/{job_id}/tasks/compress_data/0/1"

        text = web.get(f"{address}?search=space").text

        assert "1 line with" in text
        assert '<span class="line-number">30</span> &lt;b&gt;No SPACE left' in text
        assert "line 29" not in text
        assert "0 lines with" in web.get(f"{address}?search=nope").text

    def test_a_log_that_is_written_tells_where_to_go_on(
        self, web: WebClient, jobsite: Jobsite
    ) -> None:
        job_id = jobsite.running()
        jobsite.attempt(job_id, COMPRESS, 0, log="µ\n")

        text = web.get(f"/jobs/{job_id}/tasks/compress_data/0/1").text

        assert 'data-place="3"' in text
        assert f"/api/v2/jobs/{job_id}/tasks/compress_data/logs?map_index=0" in text


class TestFiles:
    @pytest.fixture
    def job_id(self, jobsite: Jobsite, settings: Settings) -> str:
        job_id = jobsite.uploaded(size=30, files=3)
        folder = settings.work_root / job_id
        folder.mkdir(parents=True)
        paths = {"subject.json": 5, "behavior/a/<b>.csv": 10, "behavior/c d.csv": 15}
        (folder / "manifest-sha256.txt").write_text(
            "".join(f"{'0' * 64}  {path}\n" for path in sorted(paths))
        )
        _write_journal(folder, paths)
        return job_id

    def test_are_a_tree_with_sums(self, web: WebClient, job_id: str) -> None:
        text = re.sub(r"\s+", " ", _text(web, f"/jobs/{job_id}/files"))

        assert 'behavior/</span> <span class="amount">25 bytes in 2 files' in text
        assert 'a/</span> <span class="amount">10 bytes in 1 file<' in text
        assert "<b>.csv" in text
        assert "<b>.csv" not in web.get(f"/jobs/{job_id}/files").text
        below = _text(web, f"/jobs/{job_id}/files?path=behavior")
        assert "subject.json" not in below
        assert "c d.csv" in below

    def test_without_the_journal_there_are_no_sizes(
        self, web: WebClient, job_id: str, settings: Settings
    ) -> None:
        (settings.work_root / job_id / JOURNAL_FILE).unlink()

        assert "c d.csv" in _text(web, f"/jobs/{job_id}/files")

    def test_of_no_folder_and_of_no_upload_there_are_none(
        self, web: WebClient, jobsite: Jobsite, job_id: str
    ) -> None:
        assert web.get(f"/jobs/{job_id}/files?path=nope").status_code == 404
        assert web.get(f"/jobs/{jobsite.queued(asset_name='b')}/files").status_code == 404


def _write_journal(folder: Path, paths: dict[str, int]) -> None:
    lines = [
        json.dumps({"path": path, "size": size, "mtime_ns": 0, "sha256": "0" * 64})
        for path, size in paths.items()
    ]
    (folder / JOURNAL_FILE).write_text("\n".join(lines) + "\n")


class TestRemovalOfSources:
    def test_is_announced_and_told(self, web: WebClient, jobsite: Jobsite) -> None:
        job_id = jobsite.running()
        _have_sources_removed(jobsite, job_id)

        assert "SOURCES WILL BE REMOVED" in _text(web, f"/jobs/{job_id}")

        outputs = {"dry_run": False, "files": 1200, "bytes": 5_000_000, "kept": ["notes.txt"]}
        remove = TaskId.REMOVE_SOURCE_FOLDERS
        jobsite.attempt(job_id, remove, log=None, end=AttemptState.SUCCESS)
        jobsite.change_task(job_id, remove, -1, TaskState.SUCCESS, outputs=outputs)
        jobsite.change(job_id, JobState.SUCCESS)

        text = _text(web, f"/jobs/{job_id}")
        assert "SOURCES WILL BE REMOVED" not in text
        assert "<dt>Sources removed</dt><dd>1,200 files, 5 MB; 1 kept</dd>" in text

    def test_is_not_spoken_of_elsewhere(self, web: WebClient, jobsite: Jobsite) -> None:
        assert "SOURCES" not in _text(web, f"/jobs/{jobsite.running()}")


def _have_sources_removed(jobsite: Jobsite, job_id: str) -> None:
    with jobsite.database.write() as session:
        job = Jobs(session).get(job_id)
        tasks = [
            task | {"skip_reason": None, "settings": {"dry_run": False}}
            if task["task_id"] == TaskId.REMOVE_SOURCE_FOLDERS
            else task
            for task in job.plan["tasks"]
        ]
        job.plan = {**job.plan, "tasks": tasks}
