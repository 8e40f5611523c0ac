"""Errors of the web side, and the HTTP status of every error."""

from ..engine.services.idempotency import KeyReused
from ..errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    StorageFull,
    TransferError,
    Unavailable,
)
from ..identity.errors import NotIdentified
from ..intake.v1 import NotJson
from .api_v2.byte_ranges import RangeNotSatisfiable


class RequestTooLarge(InvalidInput):
    """The body is larger than any sensible request."""

    code = "request_too_large"
    what_to_do_default = "Split the request: send fewer jobs at a time."


class CrossSiteRequest(NotAllowed):
    """A page of another site sent the request from the user's browser."""

    code = "cross_site_request"
    what_to_do_default = "Open the portal itself and do it there."


class PageUnknown(NotFound):
    """There is nothing at this address."""

    code = "page_unknown"
    what_to_do_default = "Check the address; /docs lists the API's, /jobs all jobs."


class MethodNotAllowed(InvalidInput):
    """The address does not take this kind of request."""

    code = "method_not_allowed"
    what_to_do_default = "Look the address up at /docs."


class BodyInvalid(InvalidInput):
    """The body is not what its kind says, such as a form without an end."""

    code = "body_invalid"


class ParametersInvalid(InvalidInput):
    """A parameter in the address is missing or not allowed."""

    code = "parameters_invalid"


_STATUS: tuple[tuple[type[TransferError], int], ...] = (
    (NotJson, 400),
    (BodyInvalid, 400),
    (KeyReused, 422),
    (RangeNotSatisfiable, 416),
    (RequestTooLarge, 413),
    (MethodNotAllowed, 405),
    (InvalidInput, 406),
    (NotFound, 404),
    (Conflict, 409),
    (NotIdentified, 401),
    (NotAllowed, 403),
    (Unavailable, 503),
    (StorageFull, 507),
)


def status_of(error: TransferError) -> int:
    """Return the HTTP status an error is answered with."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
