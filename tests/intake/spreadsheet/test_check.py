"""Rows become jobs, or everything that is wrong with them is told at its cell."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import pytest

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.intake.spreadsheet.check import JobUnderWay
from aind_data_transfer_service.intake.spreadsheet.folders import Seen
from aind_data_transfer_service.wire.v2 import parse_request

from .sheets import (
    ASSET,
    BUCKETS,
    ROW,
    as_csv,
    as_workbook,
    check,
    check_rows,
    only_job,
    table_of,
    told,
)

_COMPRESS = "modality_transformation_settings"


def sheet(headings: str, *rows: str) -> str:
    return "\n".join((headings, *rows))


class TestJobs:
    def test_a_row_is_a_v2_job(self) -> None:
        job = only_job(check_rows({"metadata_dir": "/data/meta", "s3_bucket": "open"}))

        assert job["s3_prefix"] == ASSET
        assert (job["s3_bucket"], job["job_type"]) == ("open", "default")
        assert [each["abbreviation"] for each in job["modalities"]] == ["ecephys"]
        assert job["tasks"][_COMPRESS]["ecephys"]["job_settings"] == {
            "input_source": "/data/ecephys"
        }
        assert job["tasks"]["gather_preliminary_metadata"]["job_settings"] == {
            "metadata_dir": "/data/meta"
        }

    def test_jobs_can_be_submitted_as_they_are(self) -> None:
        report = check_rows({}, {"subject_id": "2", "email_notification_types": "end, Fail"})

        request = parse_request(
            {"email_notification_types": ["all"], "upload_jobs": report.as_dict()["jobs"]}
        )

        assert [job.email_notification_types for job in request.upload_jobs] == [
            ["all"],
            ["end", "fail"],
        ]
        assert request.upload_jobs[0].s3_prefix == ASSET

    @pytest.mark.parametrize(
        "headings",
        [
            "PROJECT_NAME,PLATFORM,ACQ_DATETIME,SUBJECT_ID,MODALITY0,MODALITY0.INPUT_SOURCE",
            "project-name,platform,acq-datetime,subject-id,modality0,modality0.input-source",
            "Project Name,Platform,Acq Datetime,Subject ID,Modality 0,Modality 0 . Input Source",
            " project_name\t,platform ,\tacq_datetime,subject_id,modality_0,modality_0.source",
            "project_name,platform,acq_datetime,subject_id,modality,modality.source",
            "project_name,platform,acq_datetime,subject_id,modality_foo,modality_foo.source",
            "project_name,platform,acq_datetime,subject_id,modality7,modality7.source",
        ],
    )
    def test_headings_in_any_writing(self, headings: str) -> None:
        assert only_job(check(sheet(headings, ",".join(ROW.values()))))["s3_prefix"] == ASSET

    @pytest.mark.parametrize("modality", ["ECEPHYS", "Ecephys", "ecephys"])
    @pytest.mark.parametrize("platform", ["ECEPHYS", "ecephys"])
    def test_words_in_any_case(self, modality: str, platform: str) -> None:
        job = only_job(check_rows({"modality0": modality, "platform": platform}))

        assert (job["modalities"][0]["abbreviation"], job["s3_prefix"]) == ("ecephys", ASSET)

    @pytest.mark.parametrize("modality", ["behavior-videos", "behavior_videos", "BEHAVIOR_VIDEOS"])
    def test_words_with_underscores(self, modality: str) -> None:
        job = only_job(check_rows({"modality0": modality}))

        assert list(job["tasks"][_COMPRESS]) == ["behavior-videos"]

    def test_job_types_and_buckets_in_any_case(self) -> None:
        job = only_job(check_rows({"job_type": "Ecephys", "s3_bucket": "PRIVATE"}))

        assert (job["job_type"], job["s3_bucket"]) == ("ecephys", "private")

    def test_any_number_of_modalities(self) -> None:
        names = ["ecephys", "behavior", "behavior-videos", "fib", "MRI", "SPIM", "EMG", "ISI"]
        row: dict[str, str] = {}
        for number, name in enumerate(names):
            row |= {f"modality{number * 3}": name, f"modality{number * 3}.source": f"/data/{name}"}

        job = only_job(check_rows({"modality0.input_source": None} | row))

        assert [each["abbreviation"] for each in job["modalities"]] == names
        assert job["tasks"][_COMPRESS]["ISI"]["job_settings"]["input_source"] == "/data/ISI"

    def test_both_names_of_the_source_may_say_the_same(self) -> None:
        assert only_job(check_rows({"modality0.source": "/data/ecephys"}))
        assert only_job(check_rows({"modality0.source": "/d", "modality0.input_source": None}))
        assert told(check_rows({"modality0.source": "/other"})) == [("values_differ", "G2")]

    def test_settings_of_a_modality(self) -> None:
        job = only_job(
            check_rows(
                {
                    "modality0.compress_raw_data": "no",
                    "modality0.job_settings.a.b": "1",
                    "modality0.compression_requested.compression_enum": "gamma fix",
                    "modality0.Chunk-Size": "7",
                }
            )
        )

        assert job["tasks"][_COMPRESS]["ecephys"]["job_settings"] == {
            "input_source": "/data/ecephys",
            "compress_raw_data": False,
            "a": {"b": "1"},
            "compression_requested": {"compression_enum": "gamma fix"},
            "Chunk_Size": "7",
        }

    @pytest.mark.parametrize(
        ("heading", "parameter"),
        [
            ("modality0.capsule_id", "capsule_id"),
            ("modality0.process_capsule_id", "capsule_id"),
            ("modality0.pipeline_id", "pipeline_id"),
        ],
    )
    def test_code_ocean_runs(self, heading: str, parameter: str) -> None:
        job = only_job(check_rows({heading: "abc"}))

        [(modality, task)] = job["tasks"]["codeocean_pipeline_settings"].items()
        assert modality == "ecephys"
        assert task["job_settings"] == {
            "pipeline_monitor_settings": {"run_params": {parameter: "abc"}}
        }

    @pytest.mark.parametrize("heading", ["process_capsule_id", "capsule-id", "Capsule ID"])
    @pytest.mark.parametrize("mount", [None, "data_mount"])
    def test_one_run_for_the_asset(self, heading: str, mount: str | None) -> None:
        job = only_job(
            check_rows(
                {
                    heading: "abc",
                    "input_data_mount": mount,
                    "modality1": "behavior",
                    "modality1.source": "/data/behavior",
                }
            )
        )

        [(modality, task)] = job["tasks"]["codeocean_pipeline_settings"].items()
        assert modality == "ecephys"
        run = task["job_settings"]["pipeline_monitor_settings"]
        assert run["run_params"] == {
            "capsule_id": "abc",
            "data_assets": [{"id": "", "mount": mount or ASSET}],
        }
        assert run["capture_settings"]["tags"] == ["derived", "123456", "ecephys"]

    def test_a_run_for_the_asset_and_one_for_its_first_modality(self) -> None:
        report = check_rows({"capsule_id": "abc", "modality0.capsule_id": "def"})

        assert told(report) == [("settings_ambiguous", "G2")]

    def test_folders_of_derived_data(self) -> None:
        report = check_rows({"derivatives_dir": "/data/derived"})

        [row] = report.good_rows
        assert row.plan is not None
        assert row.plan.derivatives_dir == "/data/derived"

    @pytest.mark.parametrize(
        ("word", "forced"),
        [("TRUE", True), ("t", True), ("Yes", True), ("1", True), ("no", False), (None, False)],
    )
    def test_an_asset_may_be_written_over(self, word: str | None, forced: bool) -> None:
        report = check_rows({"force_cloud_sync": word})

        [row] = report.good_rows
        assert row.plan is not None
        assert row.plan.force_cloud_sync is forced

    def test_where_a_row_goes(self) -> None:
        [row] = check_rows({"s3_bucket": "private"}).as_dict()["rows"]

        assert (row["asset_name"], row["job"]) == (ASSET, 0)
        assert row["target"] == f"{BUCKETS['private']}/{ASSET}/"


class TestProblems:
    @pytest.mark.parametrize(
        ("column", "value", "code", "nearest"),
        [
            ("project_name", "ephys platform", "project_unknown", "Ephys Platform"),
            ("project_name", "Nothing like it", "project_unknown", None),
            ("platform", "ecephis", "unknown_value", "ecephys"),
            ("modality0", "ecephis", "unknown_value", "ecephys"),
            ("job_type", "defalt", "job_type_unknown", "default"),
            ("s3_bucket", "privat", "unknown_value", "private"),
            ("s3_bucket", "aind-open-data", "unknown_value", "open"),
            ("subject_id", "a b/<i>x</i>", "name_part_invalid", None),
            ("acq_datetime", "2020-10-10ABC", "datetime_invalid", None),
            ("acq_datetime", "4/5/2020 10:00", "datetime_ambiguous", None),
            ("force_cloud_sync", "perhaps", "bool_invalid", None),
            ("modality0.compress_raw_data", "perhaps", "bool_invalid", None),
            ("modality0.input_source", "dir/a", "path_invalid", None),
            ("modality0.input_source", "/data/../x", "path_invalid", None),
            ("modality0.input_source", "\\\\allen\\aind\\x", "path_invalid", "/allen/aind/x"),
            ("metadata_dir", "/", "path_invalid", None),
            ("derivatives_dir", "C:\\data", "path_invalid", None),
            ("user_email", "nobody", "value_error", None),
            ("email_notification_types", "sometimes", "unknown_value", None),
        ],
    )
    def test_what_is_wrong_with_a_cell(
        self, column: str, value: str, code: str, nearest: str | None
    ) -> None:
        report = check_rows({column: value})

        [problem] = report.problems
        assert (problem.code, problem.nearest) == (code, nearest)
        assert (problem.place.row, problem.place.heading) == (2, column)
        assert problem.value == value
        assert "upload_jobs" not in problem.message
        assert problem.advice
        assert report.good_rows == []

    @pytest.mark.parametrize("column", [name for name in ROW if name != "modality0"])
    def test_a_required_cell_that_is_empty(self, column: str) -> None:
        [problem] = check_rows({column: None}).problems

        assert (problem.code, problem.place.row, problem.place.heading) == ("missing", 2, column)

    def test_a_row_without_modalities(self) -> None:
        nothing = {"modality0": None, "modality0.input_source": None}
        assert told(check_rows(nothing)) == [("missing", "E2")]
        assert told(check_rows({"modality0": None})) == [("missing", "E2")]

    @pytest.mark.parametrize("column", ["project_name", "platform", "acq_datetime", "subject_id"])
    def test_a_column_that_is_not_there_is_told_once(self, column: str) -> None:
        rows = [{name: text for name, text in ROW.items() if name != column}] * 3

        report = check(as_csv(table_of(*rows)))

        [problem] = [each for each in report.problems if each.code != "job_repeated"]
        assert (problem.code, problem.place.heading) == ("heading_missing", column)
        assert report.good_rows == []

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        report = check_rows(
            {
                "project_name": "Nope",
                "platform": None,
                "acq_datetime": "yesterday",
                "subject_id": "a/b",
                "modality0": "ecephis",
                "modality0.input_source": "dir/a",
                "s3_bucket": "nope",
                "job_type": "nope",
                "metadata_dir": "meta",
                "force_cloud_sync": "perhaps",
            },
            {"modality0.input_source": "/elsewhere/x", "project_name": "Nope"},
            source_roots=(PurePosixPath("/data"),),
        )

        assert sorted(told(report)) == [
            ("bool_invalid", "J2"),
            ("datetime_invalid", "C2"),
            ("job_type_unknown", "H2"),
            ("missing", "B2"),
            ("name_part_invalid", "D2"),
            ("path_invalid", "F2"),
            ("path_invalid", "I2"),
            ("project_unknown", "A2"),
            ("project_unknown", "A3"),
            ("source_outside_roots", "F3"),
            ("unknown_value", "E2"),
            ("unknown_value", "G2"),
        ]

    def test_what_stands_in_for_a_wrong_date_is_never_seen(self) -> None:
        report = check_rows({"acq_datetime": "soon"}, {"acq_datetime": "late"})

        assert told(report) == [("datetime_invalid", "C2"), ("datetime_invalid", "C3")]
        assert "2000" not in str(report.as_dict())
        assert [row["asset_name"] for row in report.as_dict()["rows"]] == [None, None]

    def test_one_modality_twice(self) -> None:
        report = check_rows({"modality1": "ECEPHYS", "modality1.source": "/data/b"})

        assert told(report) == [("modality_repeated", "G2")]

    @pytest.mark.parametrize("source", ["/data/ecephys", "/data/ecephys/videos", "/data"])
    def test_nested_sources(self, source: str) -> None:
        report = check_rows({"modality1": "behavior", "modality1.source": source})

        assert told(report) == [("sources_nested", "H2")]

    def test_a_setting_below_a_value(self) -> None:
        report = check_rows({"modality0.a": "1", "modality0.a.b": "2"})

        assert told(report) == [("settings_ambiguous", "H2")]

    def test_a_bucket_that_the_service_lacks(self) -> None:
        report = check_rows({"s3_bucket": "open"}, bucket_urls={"default": "s3://x"})

        assert told(report) == [("bucket_not_configured", "G2")]

    def test_the_character_that_nothing_keeps(self) -> None:
        assert told(check_rows({"project_name": "a\0b"})) == [("nul_character", "A2")]


class TestHeadings:
    def test_an_unknown_one_is_told_with_the_nearest(self) -> None:
        report = check_rows({"subjct_id": "1", "notes": "x", "modality1_source": "/x"})

        assert told(report) == [("heading_unknown", cell) for cell in ("G1", "H1", "I1")]
        assert [problem.nearest for problem in report.problems] == [
            "subject_id",
            None,
            "modality1.source",
        ]
        assert report.is_valid

    def test_columns_of_old_sheets(self) -> None:
        report = check_rows({"metadata_dir_force": "TRUE"})

        assert told(report) == [("column_without_effect", "G1")]
        assert report.is_valid

    @pytest.mark.parametrize("again", ["subject_id", "Subject-ID"])
    def test_one_that_stands_twice(self, again: str) -> None:
        headings = ",".join((*ROW, again))
        row = ",".join((*ROW.values(), "999"))

        report = check(sheet(headings, row))

        assert told(report) == [("heading_repeated", "G1"), ("values_differ", "G2")]
        assert report.good_rows == []

    def test_cells_that_a_stray_comma_moved(self) -> None:
        report = check(sheet(",".join(ROW), f"{','.join(ROW.values())},b"))

        assert told(report) == [("cell_without_heading", "G2")]
        assert not report.is_valid

    def test_a_column_without_a_heading_is_told_once(self) -> None:
        rows = [f"{number},{','.join(ROW.values())},note," for number in range(3)]

        report = check(sheet(f",{','.join(ROW)},,job_type", *rows))

        assert told(report, severity="warning") == [
            ("column_without_heading", "A1"),
            ("column_without_heading", "H1"),
        ]
        assert len(report.good_rows) == 1

    def test_notes_beside_the_jobs_of_a_workbook(self) -> None:
        content = as_workbook([[*ROW], [*ROW.values(), "", "note"]])

        report = check(content, "jobs.xlsx")

        assert told(report) == [("column_without_heading", "H1")]
        assert report.is_valid


class TestRowsTogether:
    def test_equal_rows(self) -> None:
        report = check_rows({}, {"subject_id": "2"}, {"platform": "ECEPHYS"})

        assert told(report) == [("job_repeated", "4")]
        assert "row 2" in report.problems[0].message
        assert [row.number for row in report.good_rows] == [2, 3]

    def test_different_rows_for_one_asset(self) -> None:
        report = check_rows({}, {"modality0.input_source": "/data/other"}, {"subject_id": "2"})

        assert sorted(told(report)) == [("asset_repeated", "2"), ("asset_repeated", "3")]
        assert [row.number for row in report.good_rows] == [4]

    def test_one_asset_in_two_buckets_is_two(self) -> None:
        assert check_rows({}, {"s3_bucket": "open"}).is_valid

    def test_jobs_under_way(self) -> None:
        jobs: list[JobUnderWay | None] = [
            JobUnderWay("1-a", "running", same=True, url="http://portal/jobs/1-a"),
            None,
            JobUnderWay("1-b", "queued", same=False, url="http://portal/jobs/1-b"),
        ]

        report = check_rows(
            {}, {"subject_id": "2"}, {"subject_id": "3"}, under_way=lambda _plans: jobs
        )

        assert told(report) == [("job_under_way", "2"), ("asset_busy", "4")]
        assert [problem.job_url for problem in report.problems] == [
            "http://portal/jobs/1-a",
            "http://portal/jobs/1-b",
        ]
        assert [row.number for row in report.good_rows] == [3]


_FOUND = {
    "/data/ecephys": Seen(files=3, bytes=70, complete=True),
    "/data/gone": Seen("does not exist"),
    "/data/slow": Seen(looked=False),
}


class TestFolders:
    @pytest.mark.parametrize(("checks", "severity"), [("warn", "warning"), ("require", "error")])
    def test_what_is_not_there(self, checks: Any, severity: str) -> None:
        report = check_rows(
            {},
            {"subject_id": "2", "modality0.input_source": "/data/gone"},
            {"subject_id": "3", "metadata_dir": "/data/slow"},
            path_checks=checks,
            look=lambda paths: {path: _FOUND[path] for path in paths},
        )

        assert told(report, severity=severity) == [
            ("source_missing", "F3"),
            ("source_not_checked", "G4"),
        ]
        assert len(report.problems) == 2
        assert len(report.good_rows) == (3 if checks == "warn" else 1)
        first, second, _ = report.as_dict()["rows"]
        assert first["modalities"] == [
            {
                "name": "ecephys",
                "source": "/data/ecephys",
                "exists": True,
                "files": 3,
                "bytes": 70,
                "complete": True,
            }
        ]
        assert second["modalities"][0]["exists"] is False

    def test_folders_of_rows_with_other_errors_are_looked_at_too(self) -> None:
        report = check_rows(
            {"project_name": "Nope", "modality0.input_source": "/data/gone"},
            path_checks="require",
            look=lambda paths: {path: _FOUND[path] for path in paths},
        )

        assert told(report) == [("project_unknown", "A2"), ("source_missing", "F2")]

    def test_only_what_may_be_uploaded_is_looked_at(self) -> None:
        looked: list[str] = []

        def look(paths: Any) -> dict[str, Seen]:
            looked.extend(paths)
            return dict.fromkeys(paths, Seen())

        check_rows(
            {"modality0.input_source": "/etc", "metadata_dir": "/data/../etc"},
            path_checks="warn",
            look=look,
            source_roots=(PurePosixPath("/data"),),
        )

        assert looked == []


def test_every_task_that_columns_set_is_a_task() -> None:
    job = only_job(
        check_rows(
            {
                "metadata_dir": "/m",
                "derivatives_dir": "/d",
                "force_cloud_sync": "T",
                "capsule_id": "x",
            }
        )
    )

    assert set(job["tasks"]) == {
        "gather_preliminary_metadata",
        "copy_derivatives_folder",
        "check_s3_folder_exists",
        "modality_transformation_settings",
        "codeocean_pipeline_settings",
    }
    assert {"copy_derivatives_folder", "check_s3_folder_exists"} <= {task.value for task in TaskId}


def test_rows_that_a_page_sends_back_give_the_same_jobs() -> None:
    rows = table_of(
        ROW | {"subject_id": 123456.0, "acq_datetime": datetime(2020, 10, 13, 13, 10)},  # noqa: DTZ001
        ROW | {"project_name": "Nope", "metadata_dir": '/data/a,"b"\n'},
        ROW | {"subject_id": "0123", "modality0.compress_raw_data": True},
    )
    rows.insert(2, [])
    first = check(as_workbook([["title"], [], *rows]), "jobs.xlsx").as_dict()

    table = first["table"]
    lines: list[list[str]] = [[] for _ in range(table["rows"][-1]["row"])]
    lines[table["heading_row"] - 1] = [heading["text"] for heading in table["headings"]]
    for row in table["rows"]:
        lines[row["row"] - 1] = row["cells"]
    second = check(as_csv(lines)).as_dict()

    assert len(first["jobs"]) == 2
    for member in ("jobs", "rows", "errors"):
        assert second[member] == first[member]
    assert second["table"] == {**table, "sheet": None}


class TestWithoutTheColumn:
    """What stands for a column that a sheet does not have can be wrong too."""

    def test_a_bucket_that_this_service_lacks(self) -> None:
        report = check_rows({}, bucket_urls={"private": "s3://a"})

        (problem,) = report.problems
        assert not report.is_valid
        assert (problem.code, str(problem.place)) == ("bucket_not_configured", "Row 2")
        assert problem.text == "s3_bucket: this service has no bucket 'default'. Allowed: private"
        assert problem.advice == "Add a column 's3_bucket' with another value."

    def test_a_column_that_every_sheet_needs_is_told_once(self) -> None:
        report = check("project_name,acq_datetime,modality,modality.source\nEphys Platform,,,\n")

        assert [code for code, _ in told(report) if code == "heading_missing"] == [
            "heading_missing",
            "heading_missing",
        ]

    @pytest.mark.parametrize("missing", [*ROW, "modality0 and its folder"])
    def test_a_row_that_cannot_be_submitted_always_says_why(self, missing: str) -> None:
        names = [name for name in ROW if name != missing and not missing.startswith(name)]
        table = ",".join(names) + "\n" + ",".join(ROW[name] for name in names)

        report = check(table, bucket_urls={})

        assert report.good_rows == []
        assert any(problem.is_error for problem in report.problems)
