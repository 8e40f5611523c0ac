"""What is answered to a request that is to be validated, ready to be sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic_core import to_json

from .. import __version__
from ..ports.preset_store import PresetVersion
from ..presets.cache import PresetSnapshot
from ..wire.v1 import parse_json
from .accepted import Accepted, RequestInvalid
from .policy import IntakePolicy
from .v1 import accept_v1
from .v2 import accept_v2

_ACCEPT: Mapping[
    PresetVersion, Callable[[bytes, IntakePolicy, PresetSnapshot | None], Accepted]
] = {PresetVersion.V1: accept_v1, PresetVersion.V2: accept_v2}


@dataclass(frozen=True, slots=True)
class Question:
    """A request, and all that it is judged by."""

    api: PresetVersion
    body: bytes
    policy: IntakePolicy
    presets: PresetSnapshot


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a request."""

    accepted: bool
    data: bytes
    """As JSON: the request, and what it would become or what is wrong with it."""
    places: tuple[tuple[str, str], ...] = ()
    """Where its assets would go: URL of the bucket, and name."""


def validate(question: Question) -> Verdict:
    """Say what becomes of a request; raises `NotJson`."""
    try:
        accepted = _ACCEPT[question.api](question.body, question.policy, question.presets)
    except RequestInvalid as refused:
        return refusal(question.body, refused)
    found = {"validated_model_json": accepted.validated, "warnings": accepted.warnings}
    return Verdict(
        accepted=True,
        data=_data(question.body, found),
        places=tuple((plan.storage_url, plan.asset_name) for plan in accepted.plans),
    )


def refusal(body: bytes, refused: RequestInvalid) -> Verdict:
    """Return the verdict on a request that is refused."""
    found = {"errors": refused.errors_json, "problems": refused.problems}
    return Verdict(accepted=False, data=_data(body, found))


def _data(body: bytes, found: Mapping[str, object]) -> bytes:
    return to_json({"version": __version__, "model_json": parse_json(body), **found})
