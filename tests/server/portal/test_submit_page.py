"""The submit page as a browser without scripts uses it."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from aind_data_transfer_service.db.tokens import Tokens
from aind_data_transfer_service.identity.scopes import Scope
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.server.portal.submit import submission, view
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.settings.removal import RemovalSettings

from ..factories import Jobsite
from ..web_client import WebClient
from .plain_browser import PlainBrowser

HEADINGS = "project_name,platform,acq_datetime,subject_id,modality0,modality0.input_source"
HOSTILE = '<img src=x onerror="alert(1)">'


def row(subject: int, *, platform: str = "ecephys", source: str = "/data/ecephys") -> str:
    return f"Ephys Platform,{platform},2024-02-19T11:25:17,{subject},ecephys,{source}"


def sheet(*rows: str) -> bytes:
    return "\n".join((HEADINGS, *rows)).encode()


@pytest.fixture
def browser(web: WebClient) -> PlainBrowser:
    return PlainBrowser(web)


class TestChecking:
    def test_rows_that_are_right_are_ready(self, browser: PlainBrowser) -> None:
        page = browser.choose(sheet(row(1), "", row(2)), "My jobs.csv")

        assert "All 2 rows are ready" in page.visible
        assert "My jobs.csv" in page.visible
        assert "/default/ecephys_1_2024-02-19_11-25-17/" in page.visible
        assert page.values()["rows"] == "2,4"
        assert not [tag for tag in page.cells.values() if "aria-invalid" in tag]

    def test_a_problem_is_at_its_cell_with_what_says_why(self, browser: PlainBrowser) -> None:
        page = browser.choose(sheet(row(1), row(2, platform="ecephis")))

        cell = page.cells["cell.B3"]
        assert cell["aria-invalid"] == "true"
        assert cell["aria-label"] == "platform, row 3"
        ids = {attributes.get("id") for _, attributes in page.tags}
        assert cell["aria-describedby"] in ids
        assert [name for name, tag in page.cells.items() if "aria-invalid" in tag] == ["cell.B3"]
        assert "1 of 2 rows are ready" in page.visible
        assert ("a", {"href": "#B3"}) in page.tags

    def test_pasted_rows_are_checked(self, browser: PlainBrowser) -> None:
        text = sheet(row(1)).decode().replace(",", "\t")

        assert "The row is ready" in browser.mend(pasted=text).visible

    def test_a_file_that_cannot_be_read_is_explained(self, browser: PlainBrowser) -> None:
        page = browser.choose(b"%PDF-1.4", "jobs.csv")

        assert "The file cannot be read as it is" in page.visible
        assert "is a PDF" in page.visible
        assert "Submit 1 job" not in page.visible

    def test_a_problem_of_the_headings_leads_to_no_cell(self, browser: PlainBrowser) -> None:
        page = browser.choose(sheet(row(1)).replace(b"subject_id", b"platform"))

        assert "B1" in page.visible or "D1" in page.visible
        links = {attributes.get("href") for tag, attributes in page.tags if tag == "a"}
        assert not links & {"#B1", "#D1"}
        assert not [a for _, a in page.tags if a.get("name") == "go"]

    def test_a_sheet_without_rows_says_so(self, browser: PlainBrowser) -> None:
        assert "There are no rows yet" in browser.choose(sheet()).visible

    def test_without_a_file_there_is_nothing_to_check(self, browser: PlainBrowser) -> None:
        assert "No file was chosen." in browser.mend().visible

    def test_nothing_in_a_cell_becomes_markup(self, browser: PlainBrowser) -> None:
        hostile = HOSTILE.replace('"', "'")
        page = browser.choose(
            sheet(row(1, platform=hostile), row(2, source=hostile)), f"{hostile}.csv"
        )

        assert page.cells["cell.F3"]["value"] == hostile
        assert not [attributes for tag, attributes in page.tags if attributes.get("src") == "x"]


class TestMending:
    def test_a_cell_is_mended(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1, platform="ecephis")))

        assert "The row is ready" in browser.mend(cell__B2="ecephys").visible
        assert browser.page.cells["cell.B2"]["value"] == "ecephys"

    def test_the_nearest_match_is_put_in_wherever_the_mistake_is(
        self, browser: PlainBrowser
    ) -> None:
        page = browser.choose(sheet(*(row(n, platform="ecephis") for n in range(3))))
        assert "Use “ecephys” in all 3" in page.visible
        replace = next(a["value"] for _, a in page.tags if a.get("name") == "replace")
        assert replace is not None

        assert "All 3 rows are ready" in browser.mend(replace=replace).visible

    def test_a_missing_column_is_added(self, browser: PlainBrowser) -> None:
        content = sheet(row(1)).replace(b"project_name,", b"").replace(b"Ephys Platform,", b"")
        page = browser.choose(content)
        assert ("button", "project_name") in [(tag, a.get("value")) for tag, a in page.tags]

        browser.mend(add="project_name")

        assert "The row is ready" in browser.mend(cell__F2="Ephys Platform").visible

    def test_a_problem_elsewhere_is_gone_to(
        self, browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(view, "ROWS_PER_PAGE", 2)
        rows = [row(n) for n in range(6)]
        page = browser.choose(sheet(*rows, row(7, platform="ecephis")))
        assert sorted({name[-1] for name in page.cells}) == ["2", "3"]

        page = browser.mend(go="B8")

        assert sorted({name[-1] for name in page.cells}) == ["8"]
        assert "autofocus" in page.cells["cell.B8"]

    def test_rows_without_problems_can_be_left_out_of_sight(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1), row(2, platform="ecephis"), row(3)))

        page = browser.mend(only="problems")

        assert {name[-1] for name in page.cells} == {"3"}
        assert page.values()["rows"] == "2,4"
        assert {name[-1] for name in browser.mend(only="all").cells} == {"2", "3", "4"}

    def test_a_row_that_is_being_mended_stays_in_sight(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1), row(2, platform="ecephis"), row(3, platform="ecephis")))
        browser.mend(only="problems")

        page = browser.mend(cell__B3="ecephys")

        assert {name[-1] for name in page.cells} == {"3", "4"}
        assert {name[-1] for name in browser.mend(page="1").cells} == {"4"}

    def test_the_mended_rows_can_be_downloaded(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1)), "a;b.csv")

        answer = browser.press("/rows.csv", cell__D2="=2")

        assert answer.headers["Content-Disposition"] == 'attachment; filename="a_b.csv"'
        assert ",'=2," in answer.text

    def test_the_problems_can_be_had_as_comments(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1), row(2, platform="ecephis")))

        answer = browser.press("/checked.xlsx")

        assert answer.headers["Content-Disposition"] == 'attachment; filename="jobs-checked.xlsx"'
        comment = load_workbook(BytesIO(answer.content)).worksheets[0]["B3"].comment
        assert comment is not None
        assert "ecephis" in comment.text


class TestPlan:
    def test_it_tells_what_will_happen(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1), row(2)))

        text = browser.press("/plan", row="3").text

        assert "ecephys_2_2024-02-19_11-25-17" in text
        assert "Verify every object" in text

    def test_it_warns_that_sources_will_be_removed(
        self, settings: Settings, jobsite: Jobsite
    ) -> None:
        allowed = settings.model_copy(update={"removal": RemovalSettings(roots=(Path("/data"),))})
        preset = settings.presets_folder / "v2/default/tasks/remove_source_folders.json"
        preset.parent.mkdir(parents=True)
        preset.write_text('{"skip_task": false, "job_settings": {"dry_run": false}}')
        app = create_app(allowed, jobsite.database, jobsite.queue)
        browser = PlainBrowser(WebClient(app))
        behavior = row(1).replace("ecephys,/data/ecephys", "behavior,/data/behavior")

        assert "SOURCES WILL BE REMOVED" in browser.choose(sheet(behavior)).visible
        assert "SOURCES WILL BE REMOVED" in browser.press("/plan", row="2").text

    def test_a_row_that_is_no_job_has_none(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1, platform="ecephis")))

        assert browser.press("/plan", row="2").status_code == 404
        assert browser.press("/plan", row="9").status_code == 404


class TestSubmitting:
    def test_jobs_are_submitted_and_shown(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1), row(2)))

        answer = browser.press("/submit", email="me@example.org", notify="end")

        assert answer.status_code == 303
        page = browser.web.get(answer.headers["Location"]).text
        assert "2 jobs submitted" in page
        assert "Mail goes to me@example.org" in page
        jobs = browser.web.get("/api/v2/jobs").json()["jobs"]
        assert [job["user_email"] for job in jobs] == ["me@example.org"] * 2

    def test_sending_twice_submits_once(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1)))

        first, again = browser.press("/submit"), browser.press("/submit")

        assert first.headers["Location"] == again.headers["Location"]
        assert browser.web.get("/api/v2/jobs").json()["total"] == 1

    def test_the_same_rows_chosen_anew_are_not_submitted_beside_themselves(
        self, browser: PlainBrowser
    ) -> None:
        browser.choose(sheet(row(1)))
        browser.press("/submit")

        page = browser.choose(sheet(row(1)))

        assert "The row is not ready yet" in page.visible
        assert "See that job" in page.visible

    def test_good_rows_go_ahead_without_the_bad_ones(self, browser: PlainBrowser) -> None:
        page = browser.choose(sheet(row(1), row(2, platform="ecephis"), row(3)))
        assert "Submit the 2 good rows, leave out 1" in page.visible

        browser.press("/submit")

        jobs = browser.web.get("/api/v2/jobs").json()["jobs"]
        assert sorted(job["subject_id"] for job in jobs) == ["1", "3"]

    def test_nothing_is_submitted_if_a_row_is_no_longer_ready(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1), row(2)))

        answer = browser.press("/submit", cell__B3="ecephis")

        assert "something stands against rows" in answer.text
        assert browser.web.get("/api/v2/jobs").json()["total"] == 0

    def test_an_address_that_is_none_is_explained(self, browser: PlainBrowser) -> None:
        browser.choose(sheet(row(1)))

        answer = browser.press("/submit", email="nobody")

        assert "Nothing was submitted" in answer.text
        assert "email" in answer.text
        assert 'value="nobody"' in answer.text

    def test_of_many_jobs_the_first_are_shown(
        self, browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(submission, "_MOST_SHOWN", 2)
        browser.choose(sheet(row(1), row(2), row(3)))

        text = browser.web.get(browser.press("/submit").headers["Location"]).text

        assert "3 jobs submitted" in text
        assert "3 still under way" in text
        assert "These are the first 2" in text
        assert text.count("ecephys_") == 2

    def test_an_unknown_submission_is_not_found(self, web: WebClient) -> None:
        assert web.get("/submissions/nope").status_code == 404


class TestForms:
    @pytest.mark.parametrize(
        "fields",
        [
            {"table": "{}"},
            {"page": "x"},
            {"rows": "1,x"},
            {"cell__": "x"},
            {"replace": "{"},
            {"replace": json.dumps({"column": "ZZ", "old": "", "new": ""})},
        ],
        ids=str,
    )
    def test_a_form_that_is_not_ours_is_refused(
        self, browser: PlainBrowser, fields: dict[str, str]
    ) -> None:
        browser.choose(sheet(row(1)))

        answer = browser.press(**fields)

        assert answer.status_code == 400
        assert "choose the file again" in answer.text

    def test_a_stranger_is_asked_to_sign_in(self, app: FastAPI) -> None:
        stranger = PlainBrowser(WebClient(app, "10.1.2.3"))
        assert "sign in" in stranger.page.visible

        assert stranger.press(pasted=sheet(row(1)).decode()).status_code == 401

    def test_a_session_submits_a_sheet_of_any_size(
        self, settings: Settings, jobsite: Jobsite
    ) -> None:
        app = create_app(settings, jobsite.database, jobsite.queue)
        with jobsite.database.write() as session:
            token = Tokens(session).issue("jane", [Scope.SUBMIT], None)[0].text
        web = WebClient(app, "10.1.2.3")
        cookie = web.post("/login", data={"token": token}).headers["Set-Cookie"].partition(";")[0]
        browser = PlainBrowser(web, {"Cookie": cookie})
        notes = [f"{row(n)},{'x' * 6000}" for n in range(200)]

        page = browser.choose(sheet(*notes).replace(b"\n", b",notes\n", 1))

        assert "All 200 rows are ready" in page.visible
        assert browser.press("/submit").status_code == 303
        assert browser.press("/submit", form_key="other").status_code == 403
