"""What a route needs of its callers, declared there: ``dependencies=[needs(Scope.SUBMIT)]``.

Every route that changes something declares a scope, which the OpenAPI document shows.
"""

from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from ..identity.errors import FormExpired
from ..identity.scopes import Scope
from ..identity.sessions import is_form_key
from ..identity.visitors import Visitor
from .identify import Identifier

FORM_KEY_FIELD = "form_key"
FORM_KEY_HEADER = "X-Form-Key"

_BEARER = HTTPBearer(
    scheme_name="token",
    description="A token made with `aind-data-transfer tokens create`. The service's trusted"
    " networks need none.",
    auto_error=False,  # the visitor's rights decide, and the answer has the shape of its routes
)
_Shown = Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]


async def _identifier(request: Request) -> Identifier:
    identifier: Identifier = request.app.state.identifier
    return identifier


IdentifierDep = Annotated[Identifier, Depends(_identifier)]


async def _visitor(request: Request, identifier: IdentifierDep) -> Visitor:
    return await identifier.visitor(request)


VisitorDep = Annotated[Visitor, Depends(_visitor)]
"""Who sends the request."""


class Needs:
    """Lets those pass who hold a scope.

    Raises `TokenMissing`, `TokenInvalid`, `ScopeMissing`, or `FormExpired`.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    async def __call__(self, request: Request, visitor: VisitorDep, _token: _Shown) -> None:
        """Check one request."""
        visitor.require(self.scope)
        await require_own_form(request, visitor)


def needs(scope: Scope) -> Any:
    """Return the dependency of a route for those who hold ``scope``."""
    return Security(Needs(scope), scopes=[scope])


async def require_own_form(request: Request, visitor: Visitor) -> None:
    """Raise `FormExpired` if the request belongs to a session, but not to one of its forms."""
    if visitor.form_key is None:
        return
    given: object = request.headers.get(FORM_KEY_HEADER)
    if given is None and _is_form(request):
        given = (await request.form()).get(FORM_KEY_FIELD)
    if not (isinstance(given, str) and is_form_key(given, visitor.form_key)):
        raise FormExpired("The form does not belong to your present session.")


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data")
