from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook

from .web_client import WebClient

_VALIDATE = "/api/v2/validate_csv"


def test_the_template_offers_this_services_words(web: WebClient) -> None:
    answer = web.get("/api/job_upload_template")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == "attachment; filename=job_upload_template.xlsx"
    assert answer.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    lists = load_workbook(BytesIO(answer.content))["lists"]
    assert "ecephys" in [cell.value for cell in lists["A"]]


def _send(web: WebClient, name: str, content: bytes = b"a,b\n1,2\n") -> httpx.Response:
    return web.post(_VALIDATE, files={"file": (name, content)})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("jobs.csv", "spreadsheets_not_supported_yet"),
        ("JOBS.XLSX", "spreadsheets_not_supported_yet"),
        ("jobs.txt", "file_type_invalid"),
        ("jobs", "file_type_invalid"),
        ("../../etc/passwd", "file_type_invalid"),
    ],
)
def test_spreadsheets_are_refused_with_what_to_use_instead(
    web: WebClient, name: str, code: str
) -> None:
    answer = _send(web, name)

    assert answer.status_code == 406
    assert answer.json()["message"] == "There were errors"
    data = answer.json()["data"]
    assert data["jobs"] == []
    assert len(data["errors"]) == 1
    (problem,) = data["problems"]
    assert problem["code"] == code
    assert problem["what_to_do"]


def test_a_form_without_the_file(web: WebClient) -> None:
    answer = web.post(_VALIDATE, files={"other": ("a.csv", b"")})

    assert answer.status_code == 406
    assert answer.json()["data"]["errors"][0]["loc"] == ["file"]


def test_a_form_that_breaks_off(web: WebClient) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = web.post(_VALIDATE, content=b"--x\r\nO--x--\r\n", headers=kind)

    assert answer.status_code == 400
    assert answer.json()["data"]["problems"][0]["code"] == "body_invalid"
