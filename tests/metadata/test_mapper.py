"""The real mapper and aind-data-schema, in their environments: from the request to the asset."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.metadata.open import open_source
from aind_data_transfer_service.metadata.options import MetadataOptions
from aind_data_transfer_service.metadata.tools import python_of
from aind_data_transfer_service.ports.metadata_source import Gathered, GatherRequest
from aind_data_transfer_service.settings import RetryPolicy
from aind_data_transfer_service.tasks.spec import ResultState, TaskResult
from aind_data_transfer_service.testing import extractor_sessions
from aind_data_transfer_service.testing.metadata_service import Answer, MetadataService

from ..tasks.factories import ASSET_NAME, JOB_ID, attempt, make_plan, make_spec

pytestmark = [pytest.mark.service("metadata-tools"), pytest.mark.timeout(300)]

Write = Callable[[Path], dict[str, Any]]


@pytest.fixture
def service() -> Iterator[MetadataService]:
    with MetadataService() as running:
        yield running


class Job:
    """One job's metadata tasks, with the tools."""

    def __init__(self, folder: Path, tools: Path, service: MetadataService | None) -> None:
        self.folder = folder
        self.staging = folder / "staging" / JOB_ID
        self.staging.mkdir(parents=True)
        self.metadata_dir = folder / "aind_metadata"
        self.metadata_dir.mkdir()
        self.options: dict[str, Any] = {
            "mapper": (str(python_of(tools, "mapper")), "-I"),
            "schema2": (str(python_of(tools, "schema2")), "-I"),
            "service_url": None if service is None else service.url,
            "service_timeout": 5,
        }
        self.retry = RetryPolicy()

    def run(
        self, task_id: TaskId, settings: dict[str, Any] | None = None, *, tries: int = 1
    ) -> TaskResult:
        plan = make_plan(self.folder, metadata_dir=str(self.metadata_dir))
        return attempt(
            make_spec(
                self.folder,
                task_id,
                plan=plan,
                settings=settings or {},
                metadata=MetadataOptions(**self.options),
                retry=self.retry,
                tries=tries,
            )
        )

    def gather(self, settings: dict[str, Any] | None = None, *, tries: int = 1) -> TaskResult:
        return self.run(TaskId.GATHER_PRELIMINARY_METADATA, settings, tries=tries)

    def ask(self, **settings: Any) -> Gathered:
        """Return what the mapper gives, without the task around it."""
        scratch = self.folder / "scratch"
        scratch.mkdir()
        plan = make_plan(self.folder)
        request = GatherRequest(plan, settings, frozenset(), (), scratch)
        return open_source(MetadataOptions(**self.options)).gather(request)

    def check(self) -> TaskResult:
        return self.run(TaskId.CHECK_METADATA_FILES)

    def staged(self, name: str) -> dict[str, Any]:
        document = json.loads((self.staging / name).read_bytes())
        assert isinstance(document, dict)
        return document


@pytest.fixture
def job(tmp_path: Path, service_url: str, service: MetadataService) -> Job:
    return Job(tmp_path, Path(service_url), service)


@pytest.fixture
def lonely_job(tmp_path: Path, service_url: str) -> Job:
    """A job of a service without a metadata service."""
    return Job(tmp_path, Path(service_url), None)


def session_of(settings: dict[str, Any]) -> dict[str, Any]:
    return {"session_settings": {"job_settings": settings}}


def succeeded(result: TaskResult) -> dict[str, Any]:
    assert result.state is ResultState.SUCCESS, result.error
    return result.outputs


def code_of(result: TaskResult) -> str:
    assert result.state is ResultState.FAILED
    assert result.error is not None
    return result.error.code


def test_a_whole_asset_is_described_and_its_files_are_valid(job: Job) -> None:
    bruker = extractor_sessions.bruker_session(job.folder / "session")
    rig: dict[str, Any] = {"rig_settings": {"rig_id": "323_EPHYS1_20240219"}}

    gathered = succeeded(job.gather(session_of(bruker) | rig))
    checked = succeeded(job.check())
    final = succeeded(job.run(TaskId.GATHER_FINAL_METADATA))

    files = ["data_description", "subject", "procedures", "rig", "session"]
    assert gathered["written"] == [f"{name}.json" for name in files]
    assert gathered["source"] == "aind-metadata-mapper"
    assert gathered["versions"]["aind-metadata-mapper"] == "0.29.3"
    assert checked["valid"] == [f"{name}.json" for name in files]
    assert checked["missing"] == []
    description = job.staged("data_description.json")
    assert description["name"] == ASSET_NAME
    assert [person["name"] for person in description["investigators"]] == [
        "Ann Other",
        "John Apple",
    ]
    # Each file is valid; but the library cannot compare rig and session as it gets them here.
    assert final["metadata_status"] == "Invalid"
    record = job.staged("metadata.nd.json")
    assert record["location"].endswith(f"/bucket/{ASSET_NAME}")
    assert record["session"]["subject_id"] == extractor_sessions.SUBJECT_ID


@pytest.mark.parametrize(
    ("write", "valid"),
    [
        (extractor_sessions.bergamo_session, False),
        (extractor_sessions.bruker_session, True),
        (extractor_sessions.fiber_photometry_session, True),
        (extractor_sessions.mesoscope_session, True),
        (extractor_sessions.mesoscope_task_session, True),
    ],
)
def test_settings_in_the_request_end_in_a_session(
    lonely_job: Job, write: Write, valid: bool
) -> None:
    source = lonely_job.folder / "session"
    settings = write(source)
    before = sorted(source.rglob("*"))

    succeeded(lonely_job.gather(session_of(settings)))
    checked = succeeded(lonely_job.check())

    session = lonely_job.staged("session.json")
    assert session["experimenter_full_name"] == extractor_sessions.EXPERIMENTERS
    assert len(session["data_streams"]) >= 1
    assert ("session.json" in checked["valid"]) is valid
    assert ("session.json" in checked["invalid"]) is not valid
    assert sorted(source.rglob("*")) == before


def test_a_mesoscope_session_has_its_planes_and_what_was_shown(lonely_job: Job) -> None:
    settings = extractor_sessions.mesoscope_session(lonely_job.folder / "session")
    succeeded(lonely_job.gather(session_of(settings)))
    session = lonely_job.staged("session.json")
    planes = session["data_streams"][0]["ophys_fovs"]
    assert [(plane["targeted_structure"], plane["fov_width"]) for plane in planes] == [
        ("VISp", 800),
        ("VISl", 800),
    ]
    [shown] = session["stimulus_epochs"]
    [gratings] = shown["stimulus_parameters"]
    assert shown["stimulus_name"] == "drifting_gratings_big"
    assert gratings["stimulus_parameters"]["orientation"] == [0.0, 90.0]
    lasted = [datetime.fromisoformat(shown[f"stimulus_{end}_time"]) for end in ("start", "end")]
    assert lasted[1] - lasted[0] == timedelta(seconds=4)


def test_what_is_not_valid_is_told(lonely_job: Job) -> None:
    """The mapper leaves the exposure time of Bergamo's detectors out, and calls it valid."""
    settings = extractor_sessions.bergamo_session(lonely_job.folder / "session")
    succeeded(lonely_job.gather(session_of(settings)))
    (told,) = [w for w in succeeded(lonely_job.check())["warnings"] if "not valid" in w]
    assert told.startswith("session.json is not valid: data_streams.0.detectors.0.exposure_time:")
    assert told.endswith("(and 3 more)")


def test_settings_in_a_file_end_in_a_session(lonely_job: Job) -> None:
    settings = extractor_sessions.bergamo_session(lonely_job.folder / "session")
    file = lonely_job.folder / "bergamo_settings.json"
    file.write_text(json.dumps(settings))
    given = {"user_settings_config_file": str(file), "job_settings_name": "Bergamo"}
    succeeded(lonely_job.gather(session_of(given)))
    assert lonely_job.staged("session.json")["notes"] == "test upload"


def test_an_acquisition_is_made_with_what_the_service_knows(
    job: Job, service: MetadataService
) -> None:
    folder = job.folder / "SmartSPIM_695464_2023-10-18_20-30-30"
    settings = extractor_sessions.smartspim_session(folder)
    succeeded(job.gather({"acquisition_settings": {"job_settings": settings}}))
    assert "acquisition.json" in succeeded(job.check())["valid"]
    acquisition = job.staged("acquisition.json")
    assert acquisition["experimenter_full_name"] == ["John Apple"]
    assert len(acquisition["tiles"]) == 2
    assert "/slims/smartspim_imaging" in service.paths()


def test_files_of_the_session_win_and_are_not_asked_for(job: Job, service: MetadataService) -> None:
    own = b'{ "subject_id":  "690165", "schema_version": "2.0.0" }'
    (job.metadata_dir / "subject.json").write_bytes(own)
    outputs = succeeded(job.gather())
    assert (job.staging / "subject.json").read_bytes() == own
    assert outputs["copied"] == ["subject.json"]
    assert not any(path.startswith("/subject") for path in service.paths())


def test_files_are_validated_by_the_generation_they_declare(lonely_job: Job) -> None:
    common = {"subject_id": "690165"}
    for name, version in (("subject", "2.0.1"), ("procedures", "1.2.1"), ("session", "2.0.0")):
        document = {**common, "schema_version": version}
        (lonely_job.metadata_dir / f"{name}.json").write_text(json.dumps(document))
    (lonely_job.metadata_dir / "rig.json").write_text('{"schema_version": "0.5.1"}')
    (lonely_job.metadata_dir / "instrument.json").write_text("{}")
    succeeded(lonely_job.gather())

    checked = succeeded(lonely_job.check())

    assert checked["aind_data_schema"] == {"1.x": "1.2.0", "2.x": "2.9.2"}
    assert "procedures.json" not in checked["valid"] or checked["invalid"] != []
    assert {"subject.json", "session.json"} <= set(checked["invalid"])
    assert checked["unchecked"] == {
        "instrument.json": "it declares no schema_version",
        "rig.json": "there is no check for aind-data-schema 0.x",
    }
    told = next(w for w in checked["warnings"] if w.startswith("session.json is not valid"))
    assert "2.x has no file of this name" in told


def test_a_file_newer_than_the_library_is_not_called_invalid(lonely_job: Job) -> None:
    document = {"subject_id": "690165", "schema_version": "1.99.0"}
    (lonely_job.metadata_dir / "subject.json").write_text(json.dumps(document))
    succeeded(lonely_job.gather())
    checked = succeeded(lonely_job.check())
    assert "subject.json" not in checked["invalid"]
    assert checked["unchecked"]["subject.json"].startswith("it declares a schema_version newer")


@dataclass(frozen=True)
class Fault:
    """How the service answers at all its addresses, and what becomes of each file.

    ``given`` are the files that are written; each of the others fails with ``code``.
    """

    answer: Answer
    given: frozenset[str]
    code: str = ""
    said: str = ""
    """What warnings and failures say."""

    def __str__(self) -> str:
        broken = "dropped" if self.answer.dropped else "slow" if self.answer.delay else "no JSON"
        as_usual = self.answer == Answer(200)
        return str(self.answer.status or (200 if as_usual else broken))


FROM_SUBJECT = frozenset({"subject.json", "procedures.json"})
FROM_FUNDING = frozenset({"data_description.json"})
FROM_DEVICES = frozenset({"rig.json", "instrument.json"})
FROM_SERVICE = FROM_SUBJECT | FROM_FUNDING | FROM_DEVICES
NONE: frozenset[str] = frozenset()
GRANTS = [
    {"funder": None, "grant_number": number, "fundee": None, "investigators": "Ann Other"}
    for number in "12"
]
FAULTS = (
    Fault(Answer(200), FROM_SERVICE),
    Fault(Answer(207), FROM_SERVICE, said="207 Some procedures could not be retrieved."),
    # Without a grant that is known, the description is written all the same.
    Fault(
        Answer(300, GRANTS), FROM_FUNDING, "metadata_service_refused", "300 Multiple Items Found."
    ),
    Fault(Answer(404), FROM_FUNDING, "metadata_not_found", "404 No Data Found."),
    Fault(
        Answer(406), FROM_SUBJECT | FROM_FUNDING, "metadata_service_refused", "406 Validation Err"
    ),
    Fault(Answer(422), FROM_DEVICES | FROM_FUNDING, "metadata_service_refused", "422 Valid Requ"),
    Fault(Answer(500), NONE, "metadata_service_unavailable", "500 Internal Server Error."),
    Fault(Answer(body=b"<html>"), NONE, "metadata_service_unavailable", "the answer is not JSON"),
    Fault(Answer(delay=1), NONE, "metadata_service_unavailable", "no answer in time (0.3 s)"),
    Fault(Answer(dropped=True), NONE, "metadata_service_unavailable", "closed connection without"),
)
DEVICES = {"rig_settings": {"rig_id": "323"}, "instrument_settings": {"instrument_id": "440"}}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_answer_of_the_service_at_each_address(
    job: Job, service: MetadataService, fault: Fault
) -> None:
    kinds = ("subject", "procedures", "funding", "rig", "instrument")
    service.answers = {f"/{kind}": fault.answer for kind in kinds}
    job.options["service_timeout"] = 0.3 if fault.answer.delay else 5
    require(job.ask(**DEVICES), fault, service.url)


def test_no_service_at_the_address(job: Job, service: MetadataService) -> None:
    service.__exit__(None, None, None)
    away = Fault(Answer(), NONE, "metadata_service_unavailable", "Connection refused")
    require(job.ask(**DEVICES), away, service.url)


def require(gathered: Gathered, fault: Fault, url: str) -> None:
    """Require that what was gathered is what the fault leaves, and that each file's reason is."""
    assert gathered.documents.keys() == fault.given
    codes = {name: error.code for name, error in gathered.failures.items()}
    assert codes == dict.fromkeys(FROM_SERVICE - fault.given, fault.code)
    for name, error in gathered.failures.items():
        assert error.message.startswith(f"{name}: {url}/")
        assert fault.said in error.message
        assert error.retryable is (fault.code == "metadata_service_unavailable")
    if fault.said:
        assert len([w for w in gathered.warnings if fault.said in w]) == len(fault.given)
    else:
        assert gathered.warnings == ()


def test_several_grants_are_all_taken(job: Job, service: MetadataService) -> None:
    service.answers["/funding"] = Answer(300, GRANTS)
    description = job.ask().documents["data_description.json"]
    assert [one["grant_number"] for one in description["funding_source"]] == ["1", "2"]


def test_by_setting_a_job_goes_on_without_what_is_not_known(
    job: Job, service: MetadataService
) -> None:
    service.answers["/subject"] = Answer(404)
    job.options["go_on_incomplete"] = True
    outputs = succeeded(job.gather())
    assert outputs["incomplete"] == ["subject.json"]
    assert any(w.startswith("Incomplete: subject.json: ") for w in outputs["warnings"])
    assert (job.staging / "procedures.json").exists()


def test_it_goes_on_without_a_service_that_is_away_only_after_the_last_try(
    job: Job, service: MetadataService
) -> None:
    service.answers = {f"/{kind}": Answer(503) for kind in ("subject", "procedures", "funding")}
    job.options["go_on_incomplete"] = True
    job.retry = RetryPolicy(times=1)
    assert code_of(job.gather(tries=1)) == "metadata_service_unavailable"
    outputs = succeeded(job.gather(tries=2))
    assert outputs["incomplete"] == ["data_description.json", "procedures.json", "subject.json"]
    assert outputs["written"] == ["data_description.json"]


@pytest.mark.parametrize(
    ("break_session", "message"),
    [
        (
            lambda folder: [file.write_bytes(b"no") for file in folder.iterdir()],
            "no file of a group",
        ),
        (lambda folder: [file.unlink() for file in folder.iterdir()], "IndexError"),
    ],
)
def test_an_extractor_that_fails_says_why(
    lonely_job: Job, break_session: Callable[[Path], object], message: str
) -> None:
    folder = lonely_job.folder / "session"
    settings = extractor_sessions.bergamo_session(folder)
    break_session(folder)
    result = lonely_job.gather(session_of(settings))
    assert code_of(result) == "metadata_not_gathered"
    assert result.error is not None
    assert result.error.message.startswith("session.json: ")
    assert message in result.error.message


def test_the_environment_of_the_service_does_not_leak_into_settings(
    lonely_job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BERGAMO_HIT_RATE_TRIALS_0_10", "0.9")
    monkeypatch.setenv("SUBJECT_SETTINGS", '{"subject_id": "1"}')
    settings = extractor_sessions.bergamo_session(lonely_job.folder / "session")
    outputs = succeeded(lonely_job.gather(session_of(settings)))
    assert "subject.json" not in outputs["written"]
    assert "0.9" not in (lonely_job.staging / "session.json").read_text()
