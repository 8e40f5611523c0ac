"""Whole jobs whose records go into a document store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan, TaskPlan
from aind_data_transfer_service.domain.states import JobState, TaskState
from aind_data_transfer_service.engine.services.retry import retry
from aind_data_transfer_service.engine.services.views import JobDetail, TaskView
from aind_data_transfer_service.settings import DocumentStoreSettings
from aind_data_transfer_service.testing.document_store import FakeDocumentStore, RecordsFault

from .conftest import Engine
from .plans import make_session, plan_of

# None of these depends on the kind of database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

REGISTER = TaskId.REGISTER_DATA_ASSET
PASSWORD = "records-password"


@pytest.fixture
def records() -> Iterator[FakeDocumentStore]:
    with FakeDocumentStore(user="transfer", password=PASSWORD) as records:
        yield records


@pytest.fixture
def site(engine: Engine, records: FakeDocumentStore) -> Engine:
    """The engine of a service that knows a document store, and no Code Ocean."""
    known = DocumentStoreSettings(
        url=records.url,
        user="transfer",
        password=SecretStr(PASSWORD),
        timeout=timedelta(seconds=2),
    )
    engine.settings = engine.settings.model_copy(update={"document_store": known})
    return engine


def recorded_plan(folder: Path) -> JobPlan:
    """Return the plan of a job whose record is written."""
    make_session(folder)
    plan = plan_of(folder)
    registration = TaskPlan(task_id=REGISTER, settings={"record": {"location": plan.location}})
    tasks = (registration if task.task_id is REGISTER else task for task in plan.tasks)
    return plan.model_copy(update={"tasks": tuple(tasks)})


def registration_of(job: JobDetail) -> TaskView:
    return next(task for task in job.tasks if task.task_id == REGISTER)


def test_the_record_of_an_uploaded_asset_is_written(
    site: Engine, records: FakeDocumentStore, tmp_path: Path
) -> None:
    plan = recorded_plan(tmp_path)
    site.start_worker()
    [job_id] = site.submit(plan)
    job = site.wait(job_id)
    assert job.state is JobState.SUCCESS
    [document] = records.documents()
    assert (document["location"], document["name"]) == (plan.location, plan.asset_name)
    assert document["data_description"]["subject_id"] == plan.subject_id
    assert (registration_of(job).outputs or {})["record"]["id"] == document["_id"]
    kept = [path.read_text() for path in site.settings.work_root.rglob("*") if path.is_file()]
    assert not [text for text in kept if PASSWORD in text]


def test_a_store_that_is_away_fails_the_job_in_the_end_and_a_retry_goes_on_from_there(
    site: Engine, records: FakeDocumentStore, tmp_path: Path
) -> None:
    tries = site.settings.retry.times + 1
    records.fail(RecordsFault("find", times=tries))
    site.start_worker()
    [job_id] = site.submit(recorded_plan(tmp_path))
    job = site.wait(job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error["code"] == "records_unavailable"
    assert registration_of(job).try_number == tries
    [staging] = [task for task in job.tasks if task.task_id == TaskId.REMOVE_STAGING_FOLDER]
    assert staging.state is TaskState.UPSTREAM_FAILED
    retry(site.database, site.queue, job_id, by="test")
    assert site.wait(job_id).state is JobState.SUCCESS
    assert len(records.documents()) == 1
