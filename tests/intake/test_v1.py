"""V1 requests become plans, or a list of problems."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import PIPELINE, TaskId
from aind_data_transfer_service.errors import TransferError
from aind_data_transfer_service.intake.policy import IntakePolicy
from aind_data_transfer_service.intake.v1 import Accepted, NotJson, RequestInvalid, accept_v1
from aind_data_transfer_service.settings import Settings

from ..wire.v1.samples import job, modality, payloads, request

# Requests of the other kind, which name no session.
SESSIONS = {name: body for name, body in payloads().items() if not name.endswith("s3_upload")}

BUCKETS = {alias: f"s3://aind-{alias}-data" for alias in ("default", "private", "open", "scratch")}


def policy(**changes: Any) -> IntakePolicy:
    values: dict[str, Any] = {"buckets": BUCKETS, "path_checks": "off"}
    return IntakePolicy.from_settings(Settings(**values | changes))


def accept(content: Any, **changes: Any) -> Accepted:
    return accept_v1(json.dumps(content).encode(), policy(**changes))


def refused(content: Any, **changes: Any) -> list[dict[str, Any]]:
    """Return the problems of a request, after looking that V1 scripts can read them."""
    with pytest.raises(RequestInvalid) as raised:
        accept(content, **changes)
    problems = raised.value.problems
    errors = json.loads(raised.value.errors_json)
    assert [tuple(error["loc"]) for error in errors] == [tuple(p["loc"]) for p in problems]
    assert all(error.keys() >= {"type", "loc", "msg", "input"} for error in errors)
    for problem in problems:
        assert problem["field"] in problem["message"]
    assert problems[0]["message"] in str(raised.value)
    json.dumps(raised.value.as_dict())
    return problems


def two(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {"upload_jobs": [job(**first), job(**second)]}


class TestAccepted:
    @pytest.mark.parametrize("name", SESSIONS)
    def test_what_client_packages_post(self, name: str) -> None:
        body = SESSIONS[name]
        accepted = accept(body)
        assert len(accepted.plans) == len(body["upload_jobs"])
        assert accepted.user_email == accepted.validated.get("user_email")
        for plan, sent in zip(accepted.plans, accepted.validated["upload_jobs"], strict=True):
            digits = sent["acq_datetime"][:19].replace("T", "_").replace(":", "-")
            platform = sent["platform"]["abbreviation"]
            assert plan.asset_name == f"{platform}_{sent['subject_id']}_{digits}"
            assert plan.asset_name == sent["s3_prefix"]
            assert plan.bucket == sent["s3_bucket"]
            assert plan.storage_url == BUCKETS[plan.bucket]
            assert plan.platform == platform
            assert plan.request == sent
            for planned, given in zip(plan.modalities, sent["modalities"], strict=True):
                assert planned.abbreviation == given["modality"]["abbreviation"]
                assert planned.source == given["source"]
                assert planned.compress is given["compress_raw_data"]
            assert [t.task_id for t in plan.tasks if t.map_index <= 0] == [
                task.task_id for task in PIPELINE
            ]

    def test_the_smallest_request(self) -> None:
        [plan] = accept(request()).plans
        assert plan.asset_name == "ecephys_655019_2022-05-10_16-05-06"
        assert plan.job_type == "ecephys"
        assert plan.modalities[0].compress is True
        assert plan.metadata_dir is None

    def test_ecephys_is_compressed_and_behavior_is_not_unless_told_otherwise(self) -> None:
        modalities = [
            {"modality": "ecephys", "source": "/data/ecephys"},
            {"modality": "behavior", "source": "/data/behavior"},
            {"modality": "behavior-videos", "source": "/data/v", "compress_raw_data": True},
        ]
        [plan] = accept(request(modalities=modalities)).plans
        assert [m.compress for m in plan.modalities] == [True, False, True]
        mapped = [(t.map_index, t.label) for t in plan.tasks if t.task_id == TaskId.COMPRESS_DATA]
        assert mapped == [(0, "ecephys"), (1, "behavior"), (2, "behavior-videos")]

    def test_what_is_skipped_says_why(self) -> None:
        [plan] = accept(request()).plans
        assert {t.task_id: t.skip_reason for t in plan.tasks if t.skip_reason} == {
            TaskId.COPY_DERIVATIVES_FOLDER: "No derivatives folder was given",
            TaskId.REGISTER_DATA_ASSET: "Code Ocean is not configured",
            TaskId.RUN_CODEOCEAN_PIPELINE: "Code Ocean is not configured",
            TaskId.REMOVE_SOURCE_FOLDERS: (
                "Sources are kept: neither a preset nor the request asks for their removal"
            ),
        }

    def test_settings_of_a_modality_reach_its_task_with_their_origin(self) -> None:
        [plan] = accept(modality(job_settings={"level": 3})).plans
        task = plan.task(TaskId.COMPRESS_DATA, 0)
        assert (task.settings, task.origins) == ({"level": 3}, {"level": "request"})

    def test_whom_to_tell(self) -> None:
        body = request() | {
            "user_email": "a@example.org",
            "email_notification_types": ["fail", "begin"],
        }
        [plan] = accept(body).plans
        assert (plan.user_email, plan.notify_on) == ("a@example.org", ("begin", "fail"))

    def test_the_very_same_job_twice(self) -> None:
        first, second = accept(two({}, {})).plans
        assert first == second


class TestRefused:
    def test_a_bucket_that_is_not_configured(self) -> None:
        [problem] = refused(request(s3_bucket="open"), buckets={"private": "s3://x"})
        assert problem["code"] == "bucket_not_configured"
        assert problem["loc"] == ("upload_jobs", 0, "s3_bucket")
        assert problem["allowed"] == ("private",)

    def test_a_source_outside_the_roots(self) -> None:
        body = request(metadata_dir="/data/metadata")
        problems = refused(body, source_roots=["/data/ecephys", "/other"])
        assert [(p["code"], p["field"]) for p in problems] == [
            ("source_outside_roots", "upload_jobs[0].metadata_dir")
        ]
        assert accept(body, source_roots=["/data"]).plans

    @pytest.mark.parametrize("source", ["/data/../etc", "/", "/a\nb", "data", "C:\\data"])
    def test_a_path_that_is_none(self, source: str) -> None:
        problems = refused(modality(source=source))
        assert {tuple(p["loc"])[:4] for p in problems} == {("upload_jobs", 0, "modalities", 0)}

    @pytest.mark.parametrize(
        ("one", "other"),
        [("/d/a", "/d/a/b"), ("/d/a/b", "/d/a"), ("//d/a", "/d/a/b")],
    )
    def test_nested_sources(self, one: str, other: str) -> None:
        modalities = [
            {"modality": "ecephys", "source": one},
            {"modality": "behavior", "source": other},
        ]
        [problem] = refused(request(modalities=modalities))
        assert problem["code"] == "sources_nested"
        assert problem["loc"] == ("upload_jobs", 0, "modalities")

    def test_different_jobs_that_go_to_one_place(self) -> None:
        [problem] = refused(two({}, {"metadata_dir": "/data/metadata"}))
        assert (problem["code"], problem["loc"]) == ("asset_repeated", ("upload_jobs", 1))

    def test_two_names_of_one_bucket_are_one_place(self) -> None:
        buckets = {"open": "s3://same", "private": "s3://same/"}
        [problem] = refused(two({"s3_bucket": "open"}, {"s3_bucket": "private"}), buckets=buckets)
        assert problem["code"] == "asset_repeated"

    def test_problems_are_named_by_their_place_in_the_request(self) -> None:
        body = {
            "upload_jobs": [
                job(s3_bucket="open"),
                job(s3_bucket="private"),
                job(s3_bucket="private", metadata_dir="/m"),
            ]
        }
        problems = refused(body, buckets={"private": "s3://x"})
        assert [(p["code"], p["loc"]) for p in problems] == [
            ("bucket_not_configured", ("upload_jobs", 0, "s3_bucket")),
            ("asset_repeated", ("upload_jobs", 2)),
        ]

    def test_the_character_nul_anywhere(self) -> None:
        problems = refused(request(subject_id="1\0") | {"\0key": ["\0"]})
        assert {p["code"] for p in problems} == {"nul_character"}
        assert len(problems) == 3
        assert not any("\0" in json.dumps(p, ensure_ascii=False) for p in problems)

    def test_an_escaped_backslash_is_no_nul(self) -> None:
        settings = {"pattern": "\\u0000"}
        assert accept(modality(job_settings=settings)).plans[0].modalities[0].job_settings

    def test_the_rules_of_the_wire(self) -> None:
        [problem] = refused(request(platform="ecefys"))
        assert problem["loc"][:3] == ("upload_jobs", 0, "platform")
        [unknown] = refused(request(project_name="Nope"), project_names=["Ephys Platform"])
        assert unknown["loc"][-1] == "project_name"

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'"\\ud800"', b"[NaN]"])
    def test_what_is_not_json(self, body: bytes) -> None:
        with pytest.raises(NotJson):
            accept_v1(body, policy())

    def test_the_other_kind_of_request_is_refused_by_name(self) -> None:
        with pytest.raises(TransferError):
            accept(payloads()["11_s3_upload"])


class TestPathChecks:
    @pytest.fixture
    def body(self, tmp_path: Path) -> dict[str, Any]:
        (tmp_path / "file").touch()
        modalities = [
            {"modality": "ecephys", "source": str(tmp_path / "nowhere")},
            {"modality": "behavior", "source": str(tmp_path / "file")},
            {"modality": "fib", "source": f"{tmp_path}/{'x' * 300}"},
        ]
        return request(modalities=modalities, metadata_dir=str(tmp_path))

    def test_off_looks_at_nothing(self, body: dict[str, Any]) -> None:
        assert accept(body, path_checks="off").warnings == []

    def test_warn_lets_the_request_through(self, body: dict[str, Any]) -> None:
        warnings = accept(body, path_checks="warn").warnings
        assert [(w["code"], w["field"]) for w in warnings] == [
            ("source_missing", f"upload_jobs[0].modalities[{index}].source") for index in range(3)
        ]
        for warning, words in zip(
            warnings, ["does not exist", "not a folder", "cannot be looked at"], strict=True
        ):
            assert words in warning["message"]

    def test_require_refuses(self, body: dict[str, Any]) -> None:
        assert [p["code"] for p in refused(body, path_checks="require")] == ["source_missing"] * 3

    def test_what_is_there_is_fine(self, tmp_path: Path) -> None:
        assert accept(modality(source=str(tmp_path)), path_checks="require").warnings == []
