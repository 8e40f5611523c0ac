"""Modalities that are skipped, or that nobody gave a source for."""

from pathlib import Path

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult

from .factories import attempt, make_plan, make_spec, modality


def check(tmp_path: Path, plan: JobPlan) -> TaskResult:
    return attempt(make_spec(tmp_path, TaskId.CHECK_SOURCE_FOLDERS_EXIST, plan=plan))


def plan_with_two(tmp_path: Path, second: str | None) -> JobPlan:
    folder = tmp_path / "share" / "behavior_data"
    folder.mkdir(parents=True)
    (folder / "trials.csv").write_text("trial\n")
    fib = modality("", "fib").model_copy(update={"source": second})
    return make_plan(tmp_path, modalities=(modality(folder), fib))


def skipping_the_second(plan: JobPlan) -> JobPlan:
    tasks = tuple(
        task.model_copy(update={"skip_reason": "Skipped by the request"})
        if (task.task_id, task.map_index) == (TaskId.COMPRESS_DATA, 1)
        else task
        for task in plan.tasks
    )
    return plan.model_copy(update={"tasks": tasks})


def test_a_missing_source_ends_the_job_before_any_work(tmp_path: Path) -> None:
    result = check(tmp_path, plan_with_two(tmp_path, None))
    assert result.error is not None
    [problem] = result.error.details["problems"]
    assert (problem["code"], problem["path"]) == ("source_not_given", "fib")


def test_compressing_it_says_the_same(tmp_path: Path) -> None:
    plan = plan_with_two(tmp_path, None)
    result = attempt(make_spec(tmp_path, TaskId.COMPRESS_DATA, plan=plan, map_index=1))
    assert result.error is not None
    assert result.error.code == "source_not_given"


def test_what_is_skipped_is_not_looked_at(tmp_path: Path) -> None:
    for second in (None, str(tmp_path / "nowhere")):
        plan = skipping_the_second(plan_with_two(tmp_path / str(second is None), second))
        result = check(tmp_path, plan)
        assert result.state is ResultState.SUCCESS
        assert result.outputs["modalities"].keys() == {"behavior"}
