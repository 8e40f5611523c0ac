"""How many elements compress a modality, and who said so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..domain.plan import ModalityPlan, Partition
from ..domain.slurm_array import MOST_ELEMENTS, ArrayInvalid, parse_array
from ..errors import InvalidInput
from .merge import DEFAULT, REQUEST
from .task_settings import TaskSettings

DEFAULT_PARTITIONS = 10
SETTINGS = ("num_of_partitions", "number_of_partitions", "partition_size")
"""Job settings that say it; the array of the Slurm settings does, too."""

# A modality whose data come in parts that are compressed each on its own.
_PARTITIONED = frozenset({"SPIM"})
_ARRAY = "array"
_JOB_SETTINGS = "job_settings"
_SLURM_SETTINGS = "slurm_settings"
_RESOURCES = "image_resources"


class PartitionsInvalid(InvalidInput):
    """A request or preset says in how many partitions to compress, but not so that it can be."""

    code = "partitions_invalid"
    what_to_do_default = (
        f"Give the number of partitions, 1 to {MOST_ELEMENTS}, as num_of_partitions or as the"
        " array of the Slurm settings; if both are given, they must agree."
    )

    def __init__(self, message: str, *, modality: str, place: tuple[str, ...], origin: str) -> None:
        super().__init__(message, modality=modality, origin=origin)
        self.modality = modality
        self.place = place
        """Where it stands, from the modality's settings on."""
        self.by_request = origin == REQUEST


@dataclass(frozen=True, slots=True)
class _Said:
    place: tuple[str, ...]
    origin: str
    count: int
    at_once: int | None = None

    def __str__(self) -> str:
        by = "" if self.origin == REQUEST else f" of {self.origin}"
        return f"{'.'.join(self.place)}{by} says {self.count}"


def partitions(modality: ModalityPlan, settings: TaskSettings) -> tuple[Partition | None, ...]:
    """Return the shares that a modality is compressed in: a single None where it is one whole.

    What the request says holds; then what the preset says; else there are ten. Raises
    `PartitionsInvalid`.
    """
    if not modality.compress or settings.skip_task or modality.abbreviation not in _PARTITIONED:
        return (None,)
    said = list(_said(modality, settings))
    first, *others = [one for one in said if one.origin == REQUEST] or said or [_BY_DEFAULT]
    for other in others:
        if other.count != first.count:
            raise PartitionsInvalid(
                f"The partitions of {modality.abbreviation} do not agree: {first}, {other}.",
                modality=modality.abbreviation,
                place=other.place,
                origin=other.origin,
            )
    return tuple(
        Partition(index=index, count=first.count, at_once=first.at_once, origin=first.origin)
        for index in range(first.count)
    )


_BY_DEFAULT = _Said((), DEFAULT, DEFAULT_PARTITIONS)


def _said(modality: ModalityPlan, settings: TaskSettings) -> Iterator[_Said]:
    """Yield all that say how many, arrays first: only they say how many at once."""
    yield from _array(modality, modality.slurm_settings, (_SLURM_SETTINGS, _ARRAY), REQUEST)
    program = settings.program
    if program is not None:
        origin = program.origins.get(f"{_RESOURCES}/{_ARRAY}", DEFAULT)
        yield from _array(modality, program.image_resources, (_RESOURCES, _ARRAY), origin)
    for name in SETTINGS:
        if (value := settings.job_settings.get(name)) is not None:
            origin = settings.origins.get(name, DEFAULT)
            yield _Said(
                (_JOB_SETTINGS, name),
                origin,
                _number(modality, value, (_JOB_SETTINGS, name), origin),
            )


def _array(
    modality: ModalityPlan, slurm: Mapping[str, Any] | None, place: tuple[str, ...], origin: str
) -> Iterator[_Said]:
    value = (slurm or {}).get(_ARRAY)
    if value is None:
        return
    try:
        array = parse_array(str(value))
    except ArrayInvalid as refused:
        raise PartitionsInvalid(
            f"{refused.message} {refused.what_to_do}",
            modality=modality.abbreviation,
            place=place,
            origin=origin,
        ) from refused
    yield _Said(place, origin, len(array.indices), array.at_once)


def _number(modality: ModalityPlan, value: object, place: tuple[str, ...], origin: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_ELEMENTS:
        return value
    raise PartitionsInvalid(
        f"{value!r} is not a number of partitions: they are whole numbers, 1 to {MOST_ELEMENTS}.",
        modality=modality.abbreviation,
        place=place,
        origin=origin,
    )
