"""Whether a job may have its sources removed: on whose word, from where, and what people read."""

import json
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.domain.plan import JobPlan
from aind_data_transfer_service.intake.accepted import RequestInvalid
from aind_data_transfer_service.intake.plan import describe
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import accept_v1
from aind_data_transfer_service.intake.v2 import accept_v2
from aind_data_transfer_service.presets.cache import PresetSnapshot
from aind_data_transfer_service.settings import Settings

from ..server.requests import request as v1_request
from ..wire.v2.samples import PROJECTS, request
from .preset_samples import presets

_TASK = "remove_source_folders"
_ROOTS = {"roots": ["/share"]}
_OFF: dict[str, Any] = {"skip_task": True}
_DRY: dict[str, Any] = {"skip_task": False}
_ON: dict[str, Any] = {"skip_task": False, "job_settings": {"dry_run": False}}


def _known(removal: dict[str, Any] | None, version: str = "v2") -> PresetSnapshot:
    key = "v2/default" if version == "v2" else "behavior"
    return presets({f"{key}/tasks/{_TASK}": removal} if removal else {})


def _policy(removal: dict[str, Any]) -> IntakePolicy:
    bucket = {"default": "s3://bucket", "private": "s3://bucket", "open": "s3://bucket"}
    values: dict[str, Any] = {"buckets": bucket, "path_checks": "off"}
    return IntakePolicy.from_settings(Settings(project_names=PROJECTS, removal=removal, **values))


def _plan(
    asked: dict[str, Any] | None,
    preset: dict[str, Any] | None = _OFF,
    *,
    removal: dict[str, Any] = _ROOTS,
    source: str = "/share/behavior",
    behavior: dict[str, Any] | None = None,
    tasks: dict[str, Any] | None = None,
) -> JobPlan:
    """Return the plan of a V2 job with one modality, behavior."""
    settings = {"input_source": source} | (behavior or {})
    given = {"modality_transformation_settings": {"behavior": {"job_settings": settings}}} | (
        tasks or {}
    )
    if asked is not None:
        given[_TASK] = asked
    content = request(tasks=given, modalities=["behavior"])
    [plan] = accept_v2(json.dumps(content).encode(), _policy(removal), _known(preset)).plans
    return plan


def _code(*arguments: Any, **options: Any) -> str:
    with pytest.raises(RequestInvalid) as refused:
        _plan(*arguments, **options)
    (problem,) = refused.value.problems
    assert problem["field"].startswith(f"upload_jobs[0].tasks.{_TASK}")
    return str(problem["code"])


def _skipped(plan: JobPlan) -> str | None:
    return plan.task(TaskId.REMOVE_SOURCE_FOLDERS).skip_reason


class TestOnWhoseWord:
    @pytest.mark.parametrize("preset", [None, _OFF, {"job_settings": {"dry_run": False}}])
    def test_nobody_said_so(self, preset: dict[str, Any] | None) -> None:
        assert _skipped(_plan(None, preset)) is not None

    def test_a_preset_alone(self) -> None:
        plan = _plan(None, _ON)
        assert _skipped(plan) is None
        assert plan.task(TaskId.REMOVE_SOURCE_FOLDERS).settings == {"dry_run": False}

    @pytest.mark.parametrize("preset", [None, _OFF, _DRY, {"job_settings": {"dry_run": False}}])
    def test_a_request_alone_only_where_the_settings_allow_it(
        self, preset: dict[str, Any] | None
    ) -> None:
        assert _code(_ON, preset) == "removal_not_allowed"
        assert _skipped(_plan(_ON, preset, removal=_ROOTS | {"by_request": True})) is None

    def test_a_request_may_leave_it_out_or_ask_for_less(self) -> None:
        assert _skipped(_plan({"skip_task": True}, _ON)) == "Skipped by the request"
        assert _skipped(_plan({"job_settings": {"dry_run": True}}, _ON)) is None
        assert _skipped(_plan({"job_settings": {"modalities_to_delete": []}}, _ON)) is None

    def test_a_request_may_not_ask_for_more(self) -> None:
        narrow = _ON["job_settings"] | {"modalities_to_delete": []}
        preset = {"skip_task": False, "job_settings": narrow}
        asked = {"job_settings": {"modalities_to_delete": ["behavior"]}}
        assert _code(asked, preset) == "removal_not_allowed"

    def test_comparing_alone_needs_nobodys_word(self) -> None:
        assert _skipped(_plan(_DRY)) is None

    def test_v1_jobs_have_it_by_preset_only(self) -> None:
        source = v1_request()["upload_jobs"][0]["modalities"][0]["source"]
        removal = {"roots": [source.rsplit("/", 1)[0]]}
        body = json.dumps(v1_request()).encode()
        policy = _policy(removal)
        [plan] = accept_v1(body, policy, _known(_ON, "v1")).plans
        [kept] = accept_v1(body, policy, _known(None, "v1")).plans
        assert _skipped(plan) is None
        assert _skipped(kept) is not None
        with pytest.raises(RequestInvalid) as refused:
            accept_v1(body, _policy({}), _known(_ON, "v1"))
        assert refused.value.problems[0]["code"] == "removal_not_configured"


class TestWhatIsRefused:
    @pytest.mark.parametrize("asked", [_ON, _DRY])
    def test_without_roots(self, asked: dict[str, Any]) -> None:
        assert _code(asked, removal={}) == "removal_not_configured"
        assert _code(None, asked, removal={"by_request": True}) == "removal_not_configured"

    @pytest.mark.parametrize("source", ["/share", "/share2/behavior", "/other"])
    def test_what_lies_elsewhere(self, source: str) -> None:
        assert _code(None, _ON, source=source) == "removal_outside_roots"

    @pytest.mark.parametrize("needed", ["verify_upload", "upload_data_to_s3"])
    def test_without_proof(self, needed: str) -> None:
        with pytest.raises(RequestInvalid) as refused:
            _plan(None, _ON, tasks={needed: {"skip_task": True}})
        assert {p["code"] for p in refused.value.problems} == {"removal_unverified"}

    def test_what_is_transformed(self) -> None:
        named = {"job_settings": {"modalities_to_delete": ["behavior"]}}
        behavior = {"compress_raw_data": True}
        assert _code(named, _ON, behavior=behavior) == "removal_of_transformed"
        assert _skipped(_plan(None, _ON, behavior=behavior)) is None

    @pytest.mark.parametrize(
        "settings",
        [{"dry_run": "false"}, {"dry_run": 0}, {"modalities_to_delete": "behavior"}, {"what": 1}],
    )
    def test_settings_that_are_wrong(self, settings: dict[str, Any]) -> None:
        assert _code({"job_settings": settings}, _ON) == "removal_settings_invalid"


class TestWhatPeopleRead:
    def test_that_sources_will_be_removed(self) -> None:
        (warning,) = describe(_plan(None, _ON))["warnings"]
        assert warning == (
            "SOURCES WILL BE REMOVED once the upload is verified: /share/behavior (behavior)"
        )

    def test_what_is_kept_all_the_same(self) -> None:
        behavior = {"compress_raw_data": True}
        warnings = describe(_plan(None, _ON, behavior=behavior))["warnings"]
        assert warnings[-1].endswith("as they are: behavior")

    def test_that_they_are_only_compared(self) -> None:
        (warning,) = describe(_plan(None, _DRY))["warnings"]
        assert "kept (dry_run)" in warning
        assert describe(_plan(None))["warnings"] == []

    def test_whoever_validates_or_submits_is_warned(self) -> None:
        content = request(tasks=_tasks("/share/behavior"), modalities=["behavior"])
        body = json.dumps(content).encode()
        accepted = accept_v2(body, _policy(_ROOTS), _known(_ON))
        (warning,) = accepted.warnings
        assert warning["code"] == "sources_will_be_removed"
        assert "SOURCES WILL BE REMOVED" in warning["message"]
        assert accept_v2(body, _policy(_ROOTS), _known(_OFF)).warnings == []


def _tasks(source: str) -> dict[str, Any]:
    settings = {"job_settings": {"input_source": source}}
    return {"modality_transformation_settings": {"behavior": settings}}
