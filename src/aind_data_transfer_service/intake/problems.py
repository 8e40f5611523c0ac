"""Problems that intake itself finds, told like those of the wire."""

from ..ports.preset_store import PresetBroken
from ..wire.problems import Loc, Problem, field_path
from .partitions import PartitionsInvalid


def problem(
    code: str,
    loc: Loc,
    message: str,
    *,
    value: str | None = None,
    allowed: tuple[str, ...] | None = None,
    nearest: str | None = None,
) -> Problem:
    """Return a problem whose message begins with its place."""
    field = field_path(loc)
    return Problem(
        code=code,
        loc=loc,
        field=field,
        message=f"{field}: {message}",
        value=value,
        allowed=allowed,
        nearest=nearest,
    )


def broken_preset(broken: PresetBroken, loc: Loc) -> Problem:
    """Return the problem of a job whose preset cannot be used."""
    return problem(broken.code, (*loc, "job_type"), f"{broken.message} {broken.what_to_do}")


def wrong_partitions(wrong: PartitionsInvalid, job: Loc, modality: Loc) -> Problem:
    """Return the problem of a job whose data cannot be divided as was said.

    ``modality`` is where the request has the modality's settings.
    """
    place = (*modality, *wrong.place) if wrong.by_request else (*job, "job_type")
    return problem(wrong.code, place, wrong.message)
