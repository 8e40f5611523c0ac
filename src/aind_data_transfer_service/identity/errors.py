"""Why somebody may not do what they asked for."""

from ..errors import Conflict, InvalidInput, NotAllowed, NotFound


class NotIdentified(NotAllowed):
    """The service does not know who asks (HTTP 401)."""

    code = "not_identified"


class TokenMissing(NotIdentified):
    """It needs a token, and none came with the request."""

    code = "token_missing"
    what_to_do_default = (
        "Send a token: --token or AIND_DATA_TRANSFER_TOKEN on the command line, the header"
        " `Authorization: Bearer adt_…` from programs, /login in the browser. An administrator"
        " makes one with `aind-data-transfer tokens create`, or adds your network to"
        " trusted_networks."
    )


class TokenInvalid(NotIdentified):
    """The token that came with the request is not, or no longer, valid."""

    code = "token_invalid"
    what_to_do_default = (
        "Check that the token is whole; if it is, ask an administrator for a new one"
        " (`aind-data-transfer tokens create`)."
    )


class ScopeMissing(NotAllowed):
    """Who asks is known, but may not do this."""

    code = "scope_missing"
    what_to_do_default = "Ask an administrator for a token with this scope."


class FormExpired(NotAllowed):
    """A form came without the secret of the session it belongs to."""

    code = "form_expired"
    what_to_do_default = "Load the page again and repeat what you did."


class TokenUnknown(NotFound):
    """There is no such token."""

    code = "token_unknown"
    what_to_do_default = "`aind-data-transfer tokens list` shows all tokens."


class TokenNameInvalid(InvalidInput):
    """A token cannot have this name."""

    code = "token_name_invalid"


class TokenNameTaken(Conflict):
    """Another token has this name."""

    code = "token_name_taken"
    what_to_do_default = "Choose another name, or revoke the token that has it."
