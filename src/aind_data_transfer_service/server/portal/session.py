"""Signing in and out."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from ...identity.errors import TokenInvalid
from ...identity.sessions import LIFETIME_SECONDS
from ..access import IdentifierDep, VisitorDep, require_own_form
from .render import page

router = APIRouter(include_in_schema=False)

_OWN_ADDRESS = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path: not //host, which browsers take for another site, and nothing but visible ASCII."""


@router.get("/login")
def show_login(next: str = "/") -> HTMLResponse:  # noqa: A002 - the address's word
    """Ask for a token."""
    return page("login.html", next=_own_address(next), error=None)


@router.post("/login", response_model=None)
def sign_in(
    identifier: IdentifierDep,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - the address's word
) -> HTMLResponse | RedirectResponse:
    """Open a session and go on; open to all, for the token decides."""
    target = _own_address(next)
    try:
        cookie = identifier.sign_in(token)
    except TokenInvalid as problem:
        return page("login.html", status=401, next=target, error=problem)
    answer = RedirectResponse(target, status_code=303)
    answer.set_cookie(
        identifier.cookie,
        cookie,
        max_age=LIFETIME_SECONDS,
        httponly=True,
        samesite="lax",
        secure=identifier.cookie_is_secure,
    )
    return answer


@router.post("/logout")
async def sign_out(
    request: Request, identifier: IdentifierDep, visitor: VisitorDep
) -> RedirectResponse:
    """End the session."""
    await require_own_form(request, visitor)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(
        identifier.cookie, httponly=True, samesite="lax", secure=identifier.cookie_is_secure
    )
    return answer


def _own_address(address: str) -> str:
    """Return an address of this site as it is, and the start page in place of any other."""
    return address if _OWN_ADDRESS.fullmatch(address) else "/"
