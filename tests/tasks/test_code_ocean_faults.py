"""What goes wrong at Code Ocean, what becomes of it, and that nothing is done twice.

Each fault strikes one request of a whole registration, run and capture. Attempts that fail with an
error worth another try are followed by another, as the service's retry policy has it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from aind_data_transfer_service.tasks.spec import ResultState, TaskResult
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, Fault, RunScript

from .code_ocean_job import REGISTER, REGISTRATION, RUN, CodeOceanJob, capturing

DROPPED = None
GONE = "codeocean_unavailable"
BUSY = "codeocean_busy"
REFUSED = "codeocean_refused"
MISSING = "codeocean_not_found"
REJECTED = "codeocean_rejected"

CREATE = ("POST", "data_assets")
SEARCH = ("POST", "data_assets/search")
LOOK_AT_ASSET = ("GET", "data_assets/.*")
PERMIT = ("POST", "data_assets/.*/permissions")
LIST = ("GET", "pipelines/pipeline-1/computations")
START = ("POST", "computations")
LOOK_AT_RUN = ("GET", "computations/[^/]+")
RESULTS = ("POST", "computations/.*/results")
ALL = (CREATE, SEARCH, LOOK_AT_ASSET, PERMIT, LIST, START, LOOK_AT_RUN, RESULTS)


@dataclass(frozen=True)
class Case:
    """A fault, and the codes of the attempts that fail because of it."""

    request: tuple[str, str]
    status: int | None
    codes: tuple[str, ...] = ()
    carried_out: bool = False
    delay_seconds: float = 0.0
    body: str | None = None

    @property
    def fault(self) -> Fault:
        return Fault(
            *self.request,
            status=self.status,
            carried_out=self.carried_out,
            delay_seconds=self.delay_seconds,
            body=self.body,
        )

    def __str__(self) -> str:
        what = self.status or "dropped"
        how = " though carried out" if self.carried_out else ""
        slow = " slowly" if self.delay_seconds else ""
        page = " with a page" if self.body else ""
        return f"{self.request[0]} {self.request[1]}: {what}{slow}{page}{how}"


CASES = (
    # Nothing was carried out, and Code Ocean says so: the attempt fails, and another does it.
    *(Case(request, 429, (BUSY,)) for request in (CREATE, SEARCH, PERMIT, LIST, START, RESULTS)),
    *(Case(request, 503, (GONE,)) for request in (SEARCH, PERMIT, LIST, RESULTS)),
    # It is not known whether it was: it is looked for; another attempt sends it if there is none.
    *(Case(request, 500, (GONE,)) for request in (CREATE, START)),
    *(Case(request, DROPPED, (GONE,)) for request in (CREATE, START)),
    *(Case(request, 502, (GONE,), body="<html>Bad gateway</html>") for request in (CREATE, START)),
    # It was: it is found.
    *(Case(request, DROPPED, carried_out=True) for request in (CREATE, START)),
    *(Case(request, 500, carried_out=True) for request in (CREATE, START)),
    *(Case(request, 502, carried_out=True, body="<html></html>") for request in (CREATE, START)),
    *(Case(request, 200, carried_out=True, delay_seconds=0.7) for request in (CREATE, START)),
    # While it waits, it waits on.
    *(Case(request, 429) for request in (LOOK_AT_ASSET, LOOK_AT_RUN)),
    *(Case(request, 500) for request in (LOOK_AT_ASSET, LOOK_AT_RUN)),
    *(Case(request, 502, body="<html></html>") for request in (LOOK_AT_ASSET, LOOK_AT_RUN)),
    *(Case(request, DROPPED) for request in (LOOK_AT_ASSET, LOOK_AT_RUN)),
    *(Case(request, 200, delay_seconds=0.7) for request in (LOOK_AT_ASSET, LOOK_AT_RUN)),
    # Somebody has to mend something; the retry of the job then goes on.
    *(Case(request, 401, (REFUSED,)) for request in ALL),
    *(Case(request, 403, (REFUSED,)) for request in (CREATE, START)),
    *(Case(request, 400, (REJECTED,)) for request in (CREATE, START)),
    *(Case(request, 404, (MISSING,)) for request in (CREATE, LIST, START)),
)


@pytest.fixture
def fake() -> Iterator[FakeCodeOcean]:
    with FakeCodeOcean() as fake:
        yield fake


@pytest.fixture
def job(tmp_path: Path, fake: FakeCodeOcean) -> Iterator[CodeOceanJob]:
    job = CodeOceanJob(tmp_path, fake)
    yield job
    job.close()


def carried_through(job: CodeOceanJob) -> list[str]:
    """Register, run and capture; return the codes of the attempts that failed."""
    codes: list[str] = []
    job.asset_id = str(_until_success(job, REGISTER, codes).outputs["asset_id"])
    _until_success(job, RUN, codes)
    return codes


def _until_success(job: CodeOceanJob, task: str, codes: list[str]) -> TaskResult:
    settings = REGISTRATION if task == REGISTER else capturing()
    for _ in range(4):
        result = job.run(REGISTER if task == REGISTER else RUN, settings)
        if result.state is ResultState.SUCCESS:
            return result
        assert result.error is not None
        assert job.fake.token not in result.model_dump_json()
        codes.append(result.error.code)
    raise AssertionError(f"{task} failed again and again: {codes}")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_fault_passes_and_all_is_done_once(
    job: CodeOceanJob, fake: FakeCodeOcean, case: Case
) -> None:
    fake.fail(case.fault)
    codes = carried_through(job)
    assert tuple(codes) == case.codes
    assert fake.count(*case.request) > 1 or case.carried_out  # it did strike
    raw, captured = (asset["name"] for asset in fake.world.assets.values())
    assert (raw, captured.startswith(f"{raw}_sorted_")) == (REGISTRATION["name"], True)
    assert len(fake.world.runs) == 1
    assert all(fake.world.permissions[asset]["everyone"] == "viewer" for asset in fake.world.assets)


@pytest.mark.parametrize("request_", [CREATE, START], ids=" ".join)
def test_a_worker_killed_before_it_notes_the_answer_finds_what_it_began(
    job: CodeOceanJob, fake: FakeCodeOcean, request_: tuple[str, str]
) -> None:
    task, settings = (REGISTER, REGISTRATION) if request_ == CREATE else (RUN, capturing())
    if task == RUN:
        job.registered()
    fake.fail(Fault(*request_, status=200, carried_out=True, delay_seconds=0.7))
    attempt = job.begin(task, settings)
    attempt.wait_until_asked(*request_)
    job.restart_worker()
    assert attempt.end().state is ResultState.SUCCESS
    assert fake.count(*request_) == 1
    assert len(fake.world.runs) == (0 if task == REGISTER else 1)


def test_a_worker_killed_while_it_waits_goes_on_with_the_same_run(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    job.registered()
    fake.world.scripts = [RunScript(looks=-1)]
    attempt = job.begin(RUN, capturing())
    attempt.wait_until_asked(*LOOK_AT_RUN)
    job.restart_worker()
    attempt.wait_until_asked(*LOOK_AT_RUN, times=fake.count(*LOOK_AT_RUN) + 1)
    [run] = fake.world.runs
    fake.world.finish(run)
    assert attempt.end().outputs["run_id"] == run
    assert fake.count(*START) == 1


def test_code_ocean_is_away_while_a_run_goes_on(job: CodeOceanJob, fake: FakeCodeOcean) -> None:
    job.registered()
    fake.world.scripts = [RunScript(looks=2)]
    fake.fail(Fault(*LOOK_AT_RUN, times=20))
    attempt = job.begin(RUN, capturing())
    assert attempt.end().state is ResultState.SUCCESS
    assert attempt.log.count("The run is not seen now") == 20


def test_what_is_not_found_is_believed_only_when_the_search_is_answered(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    job.registered()
    fake.fail(Fault(*START, status=DROPPED, carried_out=True))
    attempt = job.begin(RUN, capturing())
    attempt.wait_until_asked(*START)
    fake.fail(Fault(*LIST, status=503))
    assert attempt.end().state is ResultState.SUCCESS
    assert fake.count(*START) == 1


def test_a_run_of_somebody_else_is_not_taken_for_ours(
    job: CodeOceanJob, fake: FakeCodeOcean
) -> None:
    """Another run on the same asset with the same parameters, from before ours was asked for."""
    job.registered()
    inputs = [{"id": job.asset_id, "mount": "data"}]
    before = {"pipeline_id": "pipeline-1", "data_assets": inputs, "parameters": ["a"]}
    other = fake.world.start_run(before)["id"]
    job.settings = job.settings.model_copy(update={"settle": timedelta(seconds=0.1)})
    job.restart_worker()
    fake.fail(Fault(*START))
    first = job.run(RUN, capturing())
    assert first.error is not None
    assert first.error.code == GONE
    assert job.run(RUN, capturing()).outputs["run_id"] != other
