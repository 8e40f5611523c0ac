"""What tokens and addresses may do."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from aind_data_transfer_service.db.models import Event, Submission
from aind_data_transfer_service.db.tokens import Tokens
from aind_data_transfer_service.identity.scopes import Scope
from aind_data_transfer_service.identity.tokens import Token
from aind_data_transfer_service.server.access import Needs
from aind_data_transfer_service.server.app import create_app
from aind_data_transfer_service.settings import Settings, load_settings

from .databases import ON_BOTH_DATABASES
from .factories import Jobsite
from .requests import request
from .web_client import WebClient

pytestmark = ON_BOTH_DATABASES

UNKNOWN = Token("0" * 12, "x" * 43).text
READING = {"GET", "HEAD"}
OPEN_TO_ALL = {"/login", "/logout"}
"""What a stranger may send: the token, and the wish to forget it."""


def bearer(jobsite: Jobsite, *scopes: Scope, name: str = "rig") -> dict[str, str]:
    with jobsite.database.write() as session:
        token, _ = Tokens(session).issue(name, scopes, None)
    return {"Authorization": f"Bearer {token.text}"}


@pytest.fixture
def stranger(app: FastAPI) -> WebClient:
    return WebClient(app, "10.1.2.3")


class TestDeclarations:
    def test_every_route_that_changes_something_declares_a_scope(self, app: FastAPI) -> None:
        changing = {
            route.path: route
            for route in iter_route_contexts(app.routes)
            if (route.methods or set()) - READING
        }
        assert "/api/v1/submit_jobs" in changing
        for path, route in changing.items():
            assert bool(declared(route.dependant)) is (path not in OPEN_TO_ALL), path

    def test_the_openapi_document_shows_it(self, app: FastAPI) -> None:
        document = app.openapi()
        paths = document["paths"]
        assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
        assert paths["/api/v1/submit_jobs"]["post"]["security"] == [{"token": ["submit"]}]
        assert paths["/api/v2/jobs/{job_id}/cancel"]["post"]["security"] == [{"token": ["control"]}]
        for path, operations in paths.items():
            for method, operation in operations.items():
                assert ("security" in operation) is (method.upper() not in READING), path


def declared(dependant: Dependant) -> list[Scope]:
    """Return the scopes that a route needs."""
    own = [dependant.call.scope] if isinstance(dependant.call, Needs) else []
    return own + [scope for part in dependant.dependencies for scope in declared(part)]


class TestTokens:
    def test_a_token_opens_what_its_scope_covers(
        self, stranger: WebClient, jobsite: Jobsite
    ) -> None:
        headers = bearer(jobsite, Scope.SUBMIT)
        submit = stranger.post("/api/v1/submit_jobs", json=request(), headers=headers)
        cancel = stranger.post(f"/api/v2/jobs/{jobsite.queued()}/cancel", headers=headers)
        assert submit.status_code == 200
        assert cancel.status_code == 403
        assert cancel.json()["code"] == "scope_missing"
        assert cancel.json()["details"] == {"scope": "control", "held": "submit"}
        assert "www-authenticate" not in cancel.headers

    def test_an_administrators_token_opens_all(self, stranger: WebClient, jobsite: Jobsite) -> None:
        headers = bearer(jobsite, Scope.ADMIN)
        job_id = jobsite.queued()
        assert stranger.post(f"/api/v2/jobs/{job_id}/cancel", headers=headers).status_code == 200
        confirmed = {"confirm": "cancel"}
        done = stranger.post(f"/jobs/{job_id}/cancel", headers=headers, data=confirmed)
        assert done.status_code == 303

    @pytest.mark.parametrize("text", [UNKNOWN, "adt_", "", "x y"])
    @pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1"])
    def test_a_token_that_is_not_valid_opens_nothing(
        self, app: FastAPI, jobsite: Jobsite, text: str, address: str
    ) -> None:
        answer = WebClient(app, address).post(
            f"/api/v2/jobs/{jobsite.queued()}/cancel", headers={"Authorization": f"Bearer {text}"}
        )
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "token_invalid"

    def test_a_revoked_token_opens_nothing(self, stranger: WebClient, jobsite: Jobsite) -> None:
        headers = bearer(jobsite, Scope.SUBMIT)
        with jobsite.database.write() as session:
            Tokens(session).revoke("rig")
        answer = stranger.post("/api/v1/validate_json", json=request(), headers=headers)
        assert answer.status_code == 401
        assert answer.json()["data"]["problems"][0]["code"] == "token_invalid"
        assert "rig was revoked" in answer.json()["message"]

    def test_a_login_of_another_kind_is_none(self, app: FastAPI, jobsite: Jobsite) -> None:
        headers = {"Authorization": "Basic dXNlcjpwYXNz"}
        path = f"/api/v2/jobs/{jobsite.queued()}/cancel"
        assert WebClient(app, "10.1.2.3").post(path, headers=headers).status_code == 401
        assert WebClient(app).post(path, headers=headers).status_code == 200

    def test_the_use_is_noted(self, stranger: WebClient, jobsite: Jobsite) -> None:
        headers = bearer(jobsite, Scope.SUBMIT)
        for _ in range(2):
            stranger.post("/api/v1/validate_json", json=request(), headers=headers)
        with jobsite.database.read() as session:
            (row,) = Tokens(session).all()
        assert row.last_used_at is not None
        assert row.last_used_at >= row.created_at

    def test_what_strangers_send_is_not_read(self, stranger: WebClient) -> None:
        answer = stranger.post("/api/v1/validate_json", content=b"{")
        assert answer.status_code == 401


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "scopes"), [("127.0.0.1", set(Scope)), ("10.1.2.3", {Scope.CONTROL})]
    )
    def test_what_trusted_addresses_may_do(
        self, settings: Settings, jobsite: Jobsite, address: str, scopes: set[Scope]
    ) -> None:
        given: dict[str, Any] = {
            **settings.model_dump(include={"home", "path_checks"}),
            "trusted_networks": ["127.0.0.0/8", "10.0.0.0/8"],
            "trusted_scopes": ["control"],
        }
        app = create_app(load_settings(**given), jobsite.database, jobsite.queue)
        web = WebClient(app, address)
        submit = web.post("/api/v1/submit_jobs", json=request())
        cancel = web.post(f"/api/v2/jobs/{jobsite.queued()}/cancel")
        assert submit.status_code == (200 if Scope.SUBMIT in scopes else 403)
        assert cancel.status_code == 200

    def test_rights_of_token_and_address_add_up(self, settings: Settings, jobsite: Jobsite) -> None:
        given: dict[str, Any] = {"trusted_networks": ["10.0.0.0/8"], "trusted_scopes": ["submit"]}
        app = create_app(
            load_settings(home=settings.home, **given), jobsite.database, jobsite.queue
        )
        web = WebClient(app, "10.1.2.3")
        headers = bearer(jobsite, Scope.CONTROL)
        path = f"/api/v2/jobs/{jobsite.queued()}/cancel"
        assert web.post(path).status_code == 403
        assert web.post(path, headers=headers).status_code == 200
        assert web.post("/api/v1/validate_json", json=request(), headers=headers).is_success


class TestRecords:
    def test_who_cancels_and_retries_is_kept(self, stranger: WebClient, jobsite: Jobsite) -> None:
        headers = bearer(jobsite, Scope.CONTROL)
        stranger.post(f"/api/v2/jobs/{jobsite.failed(asset_name='a')}/retry", headers=headers)
        cancels = [f"/jobs/{jobsite.queued(asset_name=name)}/cancel" for name in "bc"]
        confirmed = {"confirm": "cancel"}
        stranger.post(cancels[0], headers=headers, data=confirmed)
        WebClient(stranger.app).post(cancels[1], data=confirmed)
        with jobsite.database.read() as session:
            found = session.scalars(
                select(Event).where(Event.kind.like("job:%requested")).order_by(Event.id)
            ).all()
        assert [(event.kind, event.detail) for event in found] == [
            ("job:retry_requested", {"by": "token rig at 10.1.2.3"}),
            ("job:cancel_requested", {"by": "token rig at 10.1.2.3"}),
            ("job:cancel_requested", {"by": "127.0.0.1"}),
        ]

    def test_who_submits_is_kept(self, stranger: WebClient, jobsite: Jobsite) -> None:
        headers = bearer(jobsite, Scope.SUBMIT) | {"User-Agent": "script/1"}
        stranger.post("/api/v1/submit_jobs", json=request(), headers=headers)
        with jobsite.database.read() as session:
            clients = session.scalars(select(Submission.client)).all()
        assert clients == ["token rig at 10.1.2.3 script/1"]

    def test_no_secret_is_logged(
        self, stranger: WebClient, jobsite: Jobsite, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        headers = bearer(jobsite, Scope.SUBMIT)
        stranger.post("/api/v1/submit_jobs", json=request(), headers=headers)
        assert "token rig at 10.1.2.3" in caplog.text
        assert headers["Authorization"].split("_", 2)[2] not in caplog.text


class TestClosedReading:
    @pytest.fixture
    def closed(self, settings: Settings, jobsite: Jobsite) -> FastAPI:
        shut = settings.model_copy(update={"reading_needs_token": True})
        return create_app(shut, jobsite.database, jobsite.queue)

    @pytest.mark.parametrize("path", ["/", "/jobs", "/docs", "/openapi.json", "/api/v2/jobs", "/x"])
    def test_looking_needs_any_token(self, closed: FastAPI, jobsite: Jobsite, path: str) -> None:
        stranger = WebClient(closed, "10.1.2.3")
        status = 404 if path == "/x" else 200
        assert stranger.get(path).status_code == 401
        assert stranger.get(path, headers=bearer(jobsite, Scope.SUBMIT)).status_code == status
        assert WebClient(closed).get(path).status_code == status

    @pytest.mark.parametrize("path", ["/health", "/login", "/static/main.js"])
    def test_some_is_open(self, closed: FastAPI, path: str) -> None:
        assert WebClient(closed, "10.1.2.3").get(path).status_code == 200

    def test_a_foreign_name_does_not_lead_in(self, closed: FastAPI) -> None:
        headers = {"Host": "evil.example", "Sec-Fetch-Site": "same-origin"}
        assert WebClient(closed).get("/api/v2/jobs", headers=headers).status_code == 403
