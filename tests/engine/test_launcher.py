"""Attempts that start together."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from aind_data_transfer_service.engine.launcher import Launcher
from aind_data_transfer_service.ports.executor import (
    ArrayPlace,
    ExecutorUnavailable,
    Handle,
    LaunchRequest,
    Resources,
    RunStatus,
)


class Recorder:
    """An executor that notes what it is asked to start."""

    name = "recorder"
    cpus = 1

    def __init__(self, problem: Exception | None = None) -> None:
        self.started: list[list[str]] = []
        self._problem = problem

    def start(self, request: LaunchRequest) -> Handle | None:
        return self.start_together([request])[0]

    def start_together(self, requests: Sequence[LaunchRequest]) -> list[Handle | None]:
        if self._problem is not None:
            raise self._problem
        self.started.append([request.key for request in requests])
        return [{"key": request.key} for request in requests]

    def poll(self, handles: Sequence[Handle]) -> list[RunStatus]:
        raise NotImplementedError

    def cancel(self, handle: Handle) -> None:
        raise NotImplementedError

    def end_all(self) -> None:
        raise NotImplementedError


def element(group: str, index: int, size: int) -> LaunchRequest:
    place = ArrayPlace(group, Path("/arrays"), index, size)
    return LaunchRequest(f"{group}.{index}", Path("/attempt"), Resources(), array=place)


def start_all(
    executor: Recorder, requests: Sequence[LaunchRequest], *, quiet: float
) -> list[Handle | BaseException | None]:
    async def run() -> list[Handle | BaseException | None]:
        launcher = Launcher(quiet_seconds=quiet)
        starts = (launcher.start(executor, request) for request in requests)
        return await asyncio.wait_for(asyncio.gather(*starts, return_exceptions=True), 30)

    return asyncio.run(run())


def test_a_group_that_is_complete_starts_at_once() -> None:
    executor = Recorder()
    handles = start_all(executor, [element("a", index, 3) for index in range(3)], quiet=3600)
    assert executor.started == [["a.0", "a.1", "a.2"]]
    assert handles == [{"key": f"a.{index}"} for index in range(3)]


def test_a_part_of_a_group_starts_when_no_more_comes() -> None:
    executor = Recorder()
    start_all(executor, [element("a", index, 9) for index in (4, 7)], quiet=0.01)
    assert executor.started == [["a.4", "a.7"]]


def test_groups_start_apart() -> None:
    executor = Recorder()
    start_all(executor, [element(group, 0, 1) for group in "ab"], quiet=3600)
    assert sorted(executor.started) == [["a.0"], ["b.0"]]


def test_what_is_in_no_group_starts_alone() -> None:
    executor = Recorder()
    start_all(executor, [LaunchRequest("x", Path("/x"), Resources())], quiet=3600)
    assert executor.started == [["x"]]


@pytest.mark.parametrize("problem", [ExecutorUnavailable("away"), RuntimeError("odd")])
def test_all_of_a_group_hear_what_went_wrong(problem: Exception) -> None:
    requests = [element("a", index, 2) for index in range(2)]
    assert start_all(Recorder(problem), requests, quiet=3600) == [problem, problem]
