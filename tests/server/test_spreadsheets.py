"""Sheets are read, judged row by row, and answered as the first service did, with more beside."""

from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from aind_data_transfer_service.settings import Settings

from .web_client import WebClient

_VALIDATE = "/api/v2/validate_csv"
_HEADINGS = "project_name,platform,acq_datetime,subject_id,modality0,modality0.input_source"
_ROW = "Ephys Platform,ecephys,2024-02-19T11:25:17,690165,ecephys,/data/ecephys"


def test_the_template_offers_this_services_words(web: WebClient) -> None:
    answer = web.get("/api/job_upload_template")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == (
        'attachment; filename="job_upload_template.xlsx"'
    )
    assert answer.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    lists = load_workbook(BytesIO(answer.content))["lists"]
    assert "ecephys" in [cell.value for cell in lists["A"]]


def _send(
    web: WebClient, *rows: str, name: str = "jobs.csv", path: str = _VALIDATE
) -> httpx.Response:
    content = "\n".join((_HEADINGS, *rows)).encode()
    return web.post(path, files={"file": (name, content)})


def _data(answer: httpx.Response, status: int, message: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["message"]) == (status, message)
    data: dict[str, Any] = answer.json()["data"]
    return data


@pytest.mark.parametrize("path", [_VALIDATE, "/api/validate_csv"])
@pytest.mark.parametrize("name", ["jobs.csv", "JOBS.CSV", "jobs.txt"])
def test_a_sheet_becomes_jobs(web: WebClient, path: str, name: str) -> None:
    data = _data(_send(web, _ROW, name=name, path=path), 200, "Valid Data")

    [job] = data["jobs"]
    assert job["s3_prefix"] == "ecephys_690165_2024-02-19_11-25-17"
    assert job["job_type"] == "default"
    assert "email_notification_types" not in job
    assert data["errors"] == data["problems"] == []
    assert data["table"]["headings"][1] == {"column": "B", "text": "platform"}
    assert data["table"]["rows"] == [{"row": 2, "cells": _ROW.split(",")}]
    [row] = data["rows"]
    assert row["valid"]
    assert row["target"].endswith("/default/ecephys_690165_2024-02-19_11-25-17/")
    assert row["modalities"] == [
        {
            "name": "ecephys",
            "source": "/data/ecephys",
            "exists": None,
            "files": None,
            "bytes": None,
            "complete": False,
        }
    ]


def test_good_rows_are_answered_beside_bad_ones(web: WebClient) -> None:
    bad = _ROW.replace(",ecephys,2024", ",ecephis,2024")

    data = _data(_send(web, bad, "", _ROW), 406, "There were errors")

    assert len(data["jobs"]) == 1
    assert [(row["row"], row["job"]) for row in data["rows"]] == [(2, None), (4, 0)]
    [problem] = data["problems"]
    assert problem["message"] == "'ecephis' is not known. Did you mean 'ecephys'?"
    assert data["errors"] == [
        f"Row 2, column B (platform): {problem['message']} Allowed: {', '.join(problem['allowed'])}"
    ]
    assert problem["code"] == "unknown_value"
    assert (problem["row"], problem["column"], problem["heading"]) == (2, "B", "platform")
    assert (problem["value"], problem["nearest"]) == ("ecephis", "ecephys")
    assert "ecephys" in problem["allowed"]
    assert problem["severity"] == "error"
    assert problem["what_to_do"]


@pytest.mark.parametrize("name", ["jobs.pdf", "jobs", "../../etc/passwd"])
def test_a_file_of_another_kind_is_refused(web: WebClient, name: str) -> None:
    data = _data(_send(web, name=name), 406, "There were errors")

    assert data["errors"] == ["Invalid input file type"]
    assert data["jobs"] == data["rows"] == []
    [problem] = data["problems"]
    assert problem["code"] == "file_type_invalid"
    assert (problem["row"], problem["column"]) == (None, None)


def test_a_form_without_the_file(web: WebClient) -> None:
    answer = web.post(_VALIDATE, files={"other": ("a.csv", b"")})

    assert answer.status_code == 406
    assert answer.json()["data"]["errors"][0]["loc"] == ["file"]


def test_a_form_that_breaks_off(web: WebClient) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = web.post(_VALIDATE, content=b"--x\r\nO--x--\r\n", headers=kind)

    assert answer.status_code == 400
    assert answer.json()["data"]["problems"][0]["code"] == "body_invalid"


def test_the_template_as_csv(web: WebClient) -> None:
    answer = web.get("/api/job_upload_template", params={"format": "csv"})

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith('filename="job_upload_template.csv"')
    assert answer.content.startswith(b"\xef\xbb\xbfjob_type,project_name,")


def test_a_job_under_way_is_told_with_its_link(web: WebClient) -> None:
    jobs = _data(_send(web, _ROW), 200, "Valid Data")["jobs"]
    taken = web.post("/api/v2/submit_jobs", json={"upload_jobs": jobs}).json()
    [run] = taken["data"]["responses"]

    same = _data(_send(web, _ROW), 406, "There were errors")["problems"][0]
    other = _data(_send(web, f"{_ROW}2"), 406, "There were errors")["problems"][0]

    assert (same["code"], other["code"]) == ("job_under_way", "asset_busy")
    assert same["job_url"] == other["job_url"] == run["job_url"]
    assert (same["row"], same["column"]) == (2, None)
    assert run["job_id"] in same["message"]


class TestAnnotated:
    def test_the_cells_are_coloured_and_commented(self, web: WebClient) -> None:
        content = "\n".join((_HEADINGS, _ROW.replace("ecephys,2024", "ecephis,2024"))).encode()

        answer = web.post(f"{_VALIDATE}/annotated", files={"file": ("our jobs.csv", content)})

        assert answer.status_code == 200
        assert answer.headers["x-problems"] == "1"
        assert 'filename="our jobs-checked.xlsx"' in answer.headers["content-disposition"]
        cell = load_workbook(BytesIO(answer.content))["jobs"]["B2"]
        assert cell.value == "ecephis"
        assert "Did you mean 'ecephys'?" in cell.comment.text

    def test_a_file_that_cannot_be_read(self, web: WebClient) -> None:
        answer = web.post(f"{_VALIDATE}/annotated", files={"file": ("jobs.pdf", b"x")})

        assert answer.status_code == 406
        assert answer.json()["data"]["problems"][0]["code"] == "file_type_invalid"

    def test_a_name_in_any_writing(self, web: WebClient) -> None:
        content = f"{_HEADINGS}\n{_ROW}".encode()

        answer = web.post(f"{_VALIDATE}/annotated", files={"file": ('Mäuse".csv', content)})

        assert answer.status_code == 200
        assert "filename*=UTF-8''M%C3%A4use" in answer.headers["content-disposition"]


class TestFolders:
    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Path) -> Settings:
        return settings.model_copy(
            update={"path_checks": "require", "source_roots": (tmp_path / "share",)}
        )

    def test_they_are_looked_at_and_counted(self, web: WebClient, tmp_path: Path) -> None:
        there = tmp_path / "share" / "session"
        there.mkdir(parents=True)
        (there / "data").write_bytes(b"12345")
        row = _ROW.removesuffix("/data/ecephys")

        other = row.replace("690165", "690166")

        answer = _send(web, f"{row}{there}", f"{other}{there}2", f"{other}/etc")

        data = _data(answer, 406, "There were errors")
        assert [(each["code"], each["row"]) for each in data["problems"]] == [
            ("source_missing", 3),
            ("source_outside_roots", 4),
        ]
        [modality] = data["rows"][0]["modalities"]
        assert (modality["exists"], modality["files"], modality["bytes"]) == (True, 1, 5)
        assert data["rows"][1]["modalities"][0]["exists"] is False
        assert data["rows"][2]["modalities"][0]["exists"] is None
