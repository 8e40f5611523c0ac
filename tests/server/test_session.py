"""Signing in with a browser."""

import re
from http.cookies import SimpleCookie

import httpx
import pytest
from fastapi import FastAPI

from aind_data_transfer_service.db.tokens import Tokens
from aind_data_transfer_service.engine.services.views import get_job
from aind_data_transfer_service.identity.scopes import Scope
from aind_data_transfer_service.identity.sessions import Sessions
from aind_data_transfer_service.identity.tokens import Token
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import Settings

from .factories import Jobsite
from .web_client import WebClient

UNKNOWN = Token("0" * 12, "x" * 43).text
STRANGER = "10.1.2.3"


@pytest.fixture
def token(jobsite: Jobsite) -> str:
    with jobsite.database.write() as session:
        return Tokens(session).issue("jane", [Scope.CONTROL], None)[0].text


class Browser:
    """A browser on a machine that is not trusted."""

    def __init__(self, app: FastAPI) -> None:
        self.web = WebClient(app, STRANGER)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> httpx.Response:
        return self.web.get(path, headers=self._headers())

    def post(self, path: str, **form: str) -> httpx.Response:
        answer = self.web.post(path, data=form, headers=self._headers())
        for name, morsel in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        return answer

    def form_key(self, path: str) -> str:
        """Return the key in the forms of a page."""
        keys: set[str] = set(re.findall(r'name="form_key" value="([^"]+)"', self.get(path).text))
        (key,) = keys
        return key

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Origin": "http://portal", "Cookie": cookies} if cookies else {}


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


def test_who_signs_in_may_use_the_buttons(browser: Browser, jobsite: Jobsite, token: str) -> None:
    job_id = jobsite.queued()
    before = browser.get(f"/jobs/{job_id}").text
    assert f"/jobs/{job_id}/cancel" not in before
    assert f"/login?next=/jobs/{job_id}" in before

    entered = browser.post("/login", token=f" {token}\n", next=f"/jobs/{job_id}")
    assert (entered.status_code, entered.headers["location"]) == (303, f"/jobs/{job_id}")
    page = browser.get(f"/jobs/{job_id}").text
    assert "jane" in page
    assert f"/jobs/{job_id}/cancel" in page

    key = browser.form_key(f"/jobs/{job_id}")
    cancelled = browser.post(f"/jobs/{job_id}/cancel", form_key=key, confirm="cancel")
    assert cancelled.status_code == 303
    assert get_job(jobsite.database, job_id).state == "cancelled"


def test_the_cookie_is_for_this_site_and_not_for_scripts(browser: Browser, token: str) -> None:
    cookie = browser.post("/login", token=token).headers["set-cookie"]
    assert cookie.startswith("adt_session=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert token.split("_", 2)[2] not in cookie


def test_the_cookie_is_for_encrypted_connections_if_there_are(
    settings: Settings, jobsite: Jobsite, token: str
) -> None:
    encrypted = settings.model_copy(update={"public_url": "https://portal"})
    browser = Browser(create_app(encrypted, jobsite.database, jobsite.queue))
    cookie = browser.post("/login", token=token).headers["set-cookie"]
    assert cookie.startswith("__Host-adt_session=")
    assert "Secure" in cookie.split("; ")
    assert "jane" in browser.get("/").text


@pytest.mark.parametrize("key", [None, "", "x", "é"])
def test_a_form_of_another_session_does_nothing(
    browser: Browser, jobsite: Jobsite, token: str, key: str | None
) -> None:
    job_id = jobsite.queued()
    browser.post("/login", token=token)
    form = {} if key is None else {"form_key": key}
    for path in (f"/jobs/{job_id}/cancel", f"/api/v2/jobs/{job_id}/cancel", "/logout"):
        answer = browser.post(path, **form)
        assert answer.status_code == 403
        assert "form_expired" in answer.text
    assert get_job(jobsite.database, job_id).state == "queued"


def test_scripts_of_the_pages_send_the_key_in_a_header(
    browser: Browser, jobsite: Jobsite, token: str
) -> None:
    job_id = jobsite.queued()
    browser.post("/login", token=token)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Cookie": cookie, "X-Form-Key": browser.form_key("/")}
    answer = browser.web.post(f"/api/v2/jobs/{job_id}/cancel", headers=headers)
    assert answer.status_code == 200


def test_another_site_cannot_sign_somebody_in(browser: Browser, token: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = browser.web.post("/login", data={"token": token}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("text", ["", "adt_", UNKNOWN])
def test_a_token_that_is_not_valid_is_explained(browser: Browser, text: str) -> None:
    answer = browser.post("/login", token=text)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "set-cookie" not in answer.headers
    assert UNKNOWN not in answer.text


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("/jobs?state=failed", "/jobs?state=failed"),
        ("//evil.example/x", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("jobs", "/"),
        ("/%0d%0aSet-Cookie:x=y", "/%0d%0aSet-Cookie:x=y"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("///evil.example", "/"),
        ("/a\\b", "/"),
        ("http://[", "/"),
    ],
)
def test_it_goes_on_to_an_address_of_this_site(
    browser: Browser, token: str, asked: str, goes_to: str
) -> None:
    assert browser.post("/login", token=token, next=asked).headers["location"] == goes_to


def test_signing_out_ends_it(browser: Browser, jobsite: Jobsite, token: str) -> None:
    browser.post("/login", token=token)
    assert browser.post("/logout", form_key=browser.form_key("/")).status_code == 303
    assert "jane" not in browser.get("/").text
    assert browser.post(f"/jobs/{jobsite.queued()}/cancel").status_code == 401


def test_it_ends_with_its_token(browser: Browser, jobsite: Jobsite, token: str) -> None:
    browser.post("/login", token=token)
    key = browser.form_key("/")
    with jobsite.database.write() as session:
        Tokens(session).revoke("jane")
    assert "jane" not in browser.get("/").text
    assert browser.post(f"/jobs/{jobsite.queued()}/cancel", form_key=key).status_code == 401


@pytest.mark.parametrize("key", ["None", "", "another key of 32 or more characters"])
def test_a_forged_cookie_is_none(browser: Browser, jobsite: Jobsite, token: str, key: str) -> None:
    browser.cookies["adt_session"] = Sessions(key).open(token.split("_")[1])
    assert "jane" not in browser.get("/").text
    assert browser.post(f"/jobs/{jobsite.queued()}/cancel").status_code == 401


def test_a_session_lasts_as_long_as_the_key(
    settings: Settings, jobsite: Jobsite, token: str
) -> None:
    keyed = Settings(
        **settings.model_dump(include={"home", "path_checks", "public_url"}),
        secret_key="k" * 32,
    )
    first = Browser(create_app(keyed, jobsite.database, jobsite.queue))
    first.post("/login", token=token)
    second = Browser(create_app(keyed, jobsite.database, jobsite.queue))
    second.cookies = first.cookies
    assert "jane" in second.get("/").text
