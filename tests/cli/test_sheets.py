"""Spreadsheets on the command line."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from ..client.live_service import LiveService
from .conftest import Run

pytestmark = pytest.mark.usefixtures("service")

_HEADINGS = "project_name,platform,acq_datetime,subject_id,modality0,modality0.input_source"
_GOOD = "Ephys Platform,ecephys,2024-02-19T11:25:17,690165,ecephys,/data/ecephys"
_BAD = _GOOD.replace("Ephys", "Ephis")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return _sheet(tmp_path / "good.csv", _GOOD)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return _sheet(tmp_path / "mixed.csv", _GOOD, _BAD)


def _sheet(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((_HEADINGS, *rows)))
    return path


class TestValidate:
    def test_a_good_sheet(self, run: Run, good: Path) -> None:
        result = run("validate", good)

        assert (result.exit_code, result.stdout) == (0, "Rows that can be submitted: 1 of 1\n")

    def test_problems_are_told_by_their_cells(self, run: Run, mixed: Path) -> None:
        result = run("validate", mixed)

        assert result.exit_code == 2
        assert "Rows that can be submitted: 1 of 2" in result.stdout
        [line] = [line for line in result.stdout.splitlines() if line.startswith(" A3")]
        assert "project_name" in line
        assert "'Ephis Platform' is no project that this service knows." in line

    def test_as_json(self, run: Run, mixed: Path) -> None:
        result = run("validate", mixed, "--json")

        answer = json.loads(result.stdout)
        assert result.exit_code == 2
        assert (answer["valid"], len(answer["jobs"])) == (False, 1)
        assert answer["problems"][0]["code"] == "project_unknown"

    def test_a_file_that_is_not_read(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "jobs.xls").write_bytes(b"\xd0\xcf\x11\xe0")

        result = run("validate", tmp_path / "jobs.xls")

        assert result.exit_code == 2
        assert "(file)" in result.stdout
        assert "Invalid input file type" in result.stdout


class TestSubmit:
    def test_a_good_sheet(self, run: Run, good: Path, service: LiveService) -> None:
        result = run("submit", good)

        assert result.exit_code == 0
        assert result.stdout.startswith("Submitted ecephys_690165_2024-02-19_11-25-17 as job ")
        assert len(json.loads(run("jobs", "--json", "--server", service.url).stdout)["jobs"]) == 1

    def test_no_row_goes_ahead_by_itself(self, run: Run, mixed: Path) -> None:
        result = run("submit", mixed)

        assert result.exit_code == 2
        assert "Nothing was submitted. --good-rows submits the others." in result.stdout

    def test_good_rows_go_ahead_by_choice(self, run: Run, mixed: Path) -> None:
        result = run("submit", mixed, "--good-rows", "--json")

        assert result.exit_code == 0
        assert len(json.loads(result.stdout)["jobs"]) == 1

    def test_a_sheet_without_a_good_row(self, run: Run, tmp_path: Path) -> None:
        result = run("submit", _sheet(tmp_path / "bad.csv", _BAD), "--good-rows", "--json")

        assert result.exit_code == 2
        assert json.loads(result.stdout)["valid"] is False


class TestTemplate:
    @pytest.mark.parametrize("options", [("t.csv",), ("t", "--csv")])
    def test_csv(self, run: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
        name, *rest = options
        result = run("template", tmp_path / name, *rest)

        assert result.exit_code == 0
        assert (tmp_path / name).read_text("utf-8-sig").startswith("job_type,project_name,")

    def test_a_workbook_that_is_there_is_kept(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "t.xlsx"

        assert run("template", file).exit_code == 0
        assert load_workbook(file).sheetnames == ["jobs", "lists"]
        assert run("template", file).exit_code == 2
        assert run("template", file, "--force").exit_code == 0

    def test_as_json(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "t.csv"

        result = run("template", file, "--json")

        assert json.loads(result.stdout) == {"file": str(file), "bytes": file.stat().st_size}

    def test_it_is_valid_as_it_is(self, run: Run, tmp_path: Path) -> None:
        run("template", tmp_path / "t.xlsx")

        assert run("validate", tmp_path / "t.xlsx").exit_code == 0
