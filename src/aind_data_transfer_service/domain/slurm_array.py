"""The array of a Slurm job, as ``sbatch --array`` and slurmrestd take it.

Rules of Slurm 22.05 (``_parse_array_tok`` in ``job_mgr.c``; man page of sbatch): ranges and single
numbers with commas between, a step after ``:``, brackets allowed, and how many may run at once
after ``%`` at the end. A number named twice counts once.
"""

import re
from dataclasses import dataclass

from ..errors import InvalidInput

MOST_ELEMENTS = 1000
_LARGEST_INDEX = 4_000_000  # of Slurm itself: a cluster's MaxArraySize is 4,000,001 at most
_PART = re.compile(r"(?P<first>\d{1,7})(?:-(?P<last>\d{1,7})(?::(?P<step>\d{1,7}))?)?")
_ARRAY = re.compile(r"\[?(?P<parts>[^\[\]%]*)\]?(?:%(?P<at_once>\d{1,7}))?\]?")


class ArrayInvalid(InvalidInput):
    """The array of a Slurm job is not one that Slurm takes."""

    code = "slurm_array_invalid"
    what_to_do_default = 'Write it as Slurm does: "0-19", "0-19%6" or "1,3,5-9:2".'


@dataclass(frozen=True, slots=True)
class SlurmArray:
    """The elements of a job array."""

    indices: tuple[int, ...]
    """Task numbers, ascending."""
    at_once: int | None = None
    """Most elements to run at the same time; None: as many as the cluster likes."""


def parse_array(text: str) -> SlurmArray:
    """Read the value of ``array``; raises `ArrayInvalid`."""
    match = _ARRAY.fullmatch("".join(text.split()))
    if match is None:
        raise ArrayInvalid(f"{text!r} is not the array of a Slurm job.")
    numbers: set[int] = set()
    for part in match["parts"].split(","):
        run = _numbers(part, text)
        numbers.update(run[: MOST_ELEMENTS + 1])
        if len(numbers) > MOST_ELEMENTS:
            raise ArrayInvalid(
                f"{text!r} has more than {MOST_ELEMENTS} elements.",
                what_to_do=f"Name at most {MOST_ELEMENTS}.",
            )
    at_once = int(match["at_once"]) if match["at_once"] else None
    if at_once == 0:
        raise ArrayInvalid(f"{text!r} lets no element run: after % stands 1 or more.")
    return SlurmArray(tuple(sorted(numbers)), at_once)


def _numbers(part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise ArrayInvalid(f"{part!r} in {text!r} is neither a number nor a range such as 0-19.")
    first, step = int(match["first"]), int(match["step"] or 1)
    last = int(match["last"] or first)
    if last < first or step < 1 or last > _LARGEST_INDEX:
        raise ArrayInvalid(
            f"{part!r} in {text!r} is not a range: it goes upwards, to {_LARGEST_INDEX} at most,"
            " in steps of 1 or more."
        )
    return range(first, last + 1, step)
