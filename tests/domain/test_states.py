from collections.abc import Mapping
from typing import TypeVar

import pytest

from aind_data_transfer_service.domain.states import (
    ACTIVE_JOB_STATES,
    FINISHED_JOB_STATES,
    FINISHED_TASK_STATES,
    JOB_CHANGES,
    TASK_CHANGES,
    JobState,
    StateChangeRefused,
    TaskState,
    require_job_change,
    require_task_change,
)

State = TypeVar("State", JobState, TaskState)


def reachable(start: State, changes: Mapping[State, frozenset[State]]) -> set[State]:
    """Return every state that changes can lead to from ``start``."""
    seen: set[State] = set()
    todo = [start]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += changes[state]
    return seen


def test_every_state_is_finished_or_active() -> None:
    assert frozenset(JobState) == FINISHED_JOB_STATES | ACTIVE_JOB_STATES
    assert not FINISHED_JOB_STATES & ACTIVE_JOB_STATES


def test_every_state_has_its_changes() -> None:
    assert JOB_CHANGES.keys() == set(JobState)
    assert TASK_CHANGES.keys() == set(TaskState)


@pytest.mark.parametrize("old", JobState)
@pytest.mark.parametrize("new", JobState)
def test_only_known_changes_of_jobs_are_let_through(old: JobState, new: JobState) -> None:
    if new in JOB_CHANGES[old]:
        require_job_change(old, new)
    else:
        with pytest.raises(StateChangeRefused, match=f"from {old} to {new}"):
            require_job_change(old, new)


@pytest.mark.parametrize("old", TaskState)
@pytest.mark.parametrize("new", TaskState)
def test_only_known_changes_of_tasks_are_let_through(old: TaskState, new: TaskState) -> None:
    if new in TASK_CHANGES[old]:
        require_task_change(old, new)
    else:
        with pytest.raises(StateChangeRefused, match=f"from {old} to {new}"):
            require_task_change(old, new)


@pytest.mark.parametrize("state", JobState)
def test_every_job_can_come_to_an_end(state: JobState) -> None:
    assert reachable(state, JOB_CHANGES) & FINISHED_JOB_STATES


@pytest.mark.parametrize("state", TaskState)
def test_every_task_can_come_to_an_end(state: TaskState) -> None:
    assert reachable(state, TASK_CHANGES) & FINISHED_TASK_STATES


@pytest.mark.parametrize("state", sorted(FINISHED_TASK_STATES))
def test_a_finished_task_only_goes_back_to_the_queue(state: TaskState) -> None:
    assert TASK_CHANGES[state] <= {TaskState.QUEUED}
