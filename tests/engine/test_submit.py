"""Which requests become jobs, and which become those under way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aind_data_transfer_service.db.models import Base, Event, Job, Task
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.engine.job_search import JobSearch
from aind_data_transfer_service.engine.services import control
from aind_data_transfer_service.engine.services.search import count_jobs, search_jobs
from aind_data_transfer_service.engine.services.submit import AcceptedJob, AssetBusy, submit
from aind_data_transfer_service.errors import NotAllowed

from .conftest import Engine
from .plans import plan_of


def send(engine: Engine, *plans: JobPlan) -> list[AcceptedJob]:
    return submit(engine.database, engine.queue, plans, user_email=None, client=None)[1]


def job_count(engine: Engine) -> int:
    return count_jobs(engine.database, JobSearch())


def rows(engine: Engine) -> dict[type[Base], int]:
    with engine.database.read() as session:
        return {
            table: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Job, Task, Event)
        }


def plans(folder: Path, count: int) -> list[JobPlan]:
    return [plan_of(folder, asset_name=f"behavior_{n}_2024-02-19_11-25-17") for n in range(count)]


def test_new_jobs_are_queued_in_the_order_of_the_request(engine: Engine, tmp_path: Path) -> None:
    wanted = plans(tmp_path, 3)[::-1]
    accepted = send(engine, *wanted)
    assert [job.asset_name for job in accepted] == [plan.asset_name for plan in wanted]
    assert {(job.new, job.state) for job in accepted} == {(True, "queued")}
    assert accepted[0].location == f"{(tmp_path / 'bucket').as_uri()}/{wanted[0].asset_name}/"
    assert len({job.submission_id for job in accepted}) == 1


def test_the_very_same_again_is_the_first_one(engine: Engine, tmp_path: Path) -> None:
    first = send(engine, *plans(tmp_path, 2))
    again = send(engine, *plans(tmp_path, 2))
    assert [job.job_id for job in again] == [job.job_id for job in first]
    assert not any(job.new for job in again)
    assert job_count(engine) == 2


def test_whom_to_tell_makes_no_other_job(engine: Engine, tmp_path: Path) -> None:
    [first] = send(engine, plan_of(tmp_path))
    told = plan_of(tmp_path, user_email="a@example.org", notify_on=("all",), request={"x": 1})
    [again] = send(engine, told)
    assert (again.job_id, again.new) == (first.job_id, False)


def test_the_same_job_twice_in_one_request_is_one(engine: Engine, tmp_path: Path) -> None:
    first, second = send(engine, plan_of(tmp_path), plan_of(tmp_path))
    assert first.job_id == second.job_id
    assert (first.new, second.new) == (True, False)


def test_other_settings_for_the_same_place_are_refused(engine: Engine, tmp_path: Path) -> None:
    [first] = send(engine, plan_of(tmp_path))
    others = plans(tmp_path, 2)
    with pytest.raises(AssetBusy, match=first.job_id) as raised:
        send(engine, others[0], plan_of(tmp_path, metadata_dir="/m"), others[1])
    assert raised.value.details["job_id"] == first.job_id
    assert job_count(engine) == 1


def test_a_slash_at_the_end_of_the_bucket_makes_no_other_place(
    engine: Engine, tmp_path: Path
) -> None:
    send(engine, plan_of(tmp_path))
    with pytest.raises(AssetBusy):
        send(engine, plan_of(tmp_path, storage_url=(tmp_path / "bucket").as_uri() + "/"))


def test_a_place_is_free_again_when_its_job_has_ended(engine: Engine, tmp_path: Path) -> None:
    [first] = send(engine, plan_of(tmp_path))
    control.cancel(engine.database, first.job_id, by="test")
    [second] = send(engine, plan_of(tmp_path))
    assert second.new
    assert second.job_id != first.job_id


def test_many_at_once_make_each_job_once(engine: Engine, tmp_path: Path) -> None:
    wanted = plans(tmp_path, 4)
    together = Barrier(4)

    def one(turn: int) -> list[AcceptedJob]:
        mine = wanted[turn:] + wanted[:turn]  # no two in the same order
        together.wait()
        return send(engine, *mine)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    accepted = [job for answer in answers for job in answer]
    assert job_count(engine) == 4
    assert len({job.job_id for job in accepted}) == 4
    assert sum(job.new for job in accepted) == 4
    assert all(
        [job.asset_name for job in answer]
        == [plan.asset_name for plan in wanted[turn:] + wanted[:turn]]
        for turn, answer in enumerate(answers)
    )


def test_at_the_same_moment_only_one_of_two_contradicting_requests_is_taken(
    engine: Engine, tmp_path: Path
) -> None:
    together = Barrier(2)

    def one(metadata_dir: str) -> bool:
        together.wait()
        try:
            send(engine, plan_of(tmp_path, metadata_dir=metadata_dir))
        except AssetBusy:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ["/a", "/b"])) == [False, True]
    assert job_count(engine) == 1


def test_a_thousand_jobs_keep_the_order_of_the_request(engine: Engine, tmp_path: Path) -> None:
    wanted = plans(tmp_path, 1000)
    accepted = send(engine, *wanted)
    found = search_jobs(engine.database, JobSearch(descending=False, limit=1000))
    assert found.total == 1000
    assert [job.asset_name for job in found.jobs] == [plan.asset_name for plan in wanted]
    assert [job.job_id for job in found.jobs] == [job.job_id for job in accepted]
    assert rows(engine) == {Job: 1000, Task: 1000 * len(wanted[0].tasks), Event: 1000}


def test_one_busy_job_at_the_end_keeps_out_all(engine: Engine, tmp_path: Path) -> None:
    *others, last = plans(tmp_path, 20)
    send(engine, last)
    before = rows(engine)
    with pytest.raises(AssetBusy):
        send(engine, *others, last.model_copy(update={"metadata_dir": "/m"}))
    assert rows(engine) == before


def test_what_fails_with_the_jobs_keeps_out_all(engine: Engine, tmp_path: Path) -> None:
    def fail(_session: Session, jobs: list[AcceptedJob]) -> None:
        assert len(jobs) == 3
        raise NotAllowed("not like this")

    with pytest.raises(NotAllowed):
        submit(
            engine.database,
            engine.queue,
            plans(tmp_path, 3),
            user_email=None,
            client=None,
            also=fail,
        )
    assert rows(engine) == {Job: 0, Task: 0, Event: 0}
    assert all(job.new for job in send(engine, *plans(tmp_path, 3)))
