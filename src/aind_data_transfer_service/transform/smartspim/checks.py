"""What tells that slices are missing, or are not of one kind."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from ..errors import SourceProblem
from .headers import WANTED, Slice
from .stacks import Stack

_MISSING = "smartspim_slices_missing"
_DIFFER = "smartspim_images_differ"
_SHOWN = 5


def gaps(folder: Path, numbers: Sequence[int]) -> Iterator[SourceProblem]:
    """Tell where the numbers of slices, evenly spaced elsewhere, leave some out."""
    pairs = list(pairwise(numbers))
    steps = Counter(after - before for before, after in pairs)
    if not steps:
        return
    usual = max(steps, key=lambda step: (steps[step], -step))
    odd = [(before, after) for before, after in pairs if after - before != usual]
    if not odd:
        return
    places = ", ".join(f"between {before:06d} and {after:06d}" for before, after in odd[:_SHOWN])
    more = f" and {len(odd) - _SHOWN} more places" if len(odd) > _SHOWN else ""
    text = f"lacks slices: their numbers go up by {usual}, but not {places}{more}"
    yield SourceProblem(_MISSING, str(folder), text)


def unlike(folder: Path, slices: Sequence[Slice]) -> Iterator[SourceProblem]:
    """Tell of slices that are not 16-bit grey, or not all of one size."""
    kinds = Counter(image.kind for image in slices if image.kind != WANTED)
    for kind, count in kinds.items():
        first = next(image.path.name for image in slices if image.kind == kind)
        text = f"has {count} images that are {kind}, such as {first}; slices are {WANTED}"
        yield SourceProblem(_DIFFER, str(folder), text)
    sizes = Counter((image.height, image.width) for image in slices)
    usual = sizes.most_common(1)[0][0]
    odd = [image for image in slices if (image.height, image.width) != usual]
    if odd:
        text = (
            f"has {len(odd)} slices of another size than {usual[0]} x {usual[1]}, such as"
            f" {odd[0].path.name}: {odd[0].height} x {odd[0].width}"
        )
        yield SourceProblem(_DIFFER, str(folder), text)


def unequal(stacks: Sequence[Stack], *, by_tile: bool) -> Iterator[SourceProblem]:
    """Tell of stacks that have fewer or more slices than the others.

    A copy that broke off leaves no gap, but a stack that is shorter. With ``by_tile``, only the
    channels of one tile must agree: they are recorded together.
    """
    groups: dict[str, list[Stack]] = {}
    for stack in stacks:
        tile = f"{stack.folder.parent.name}/{stack.folder.name}" if by_tile else ""
        groups.setdefault(tile, []).append(stack)
    hint = "" if by_tile else "; if that is right, set unequal_depths in the job_settings"
    for group in groups.values():
        depths = Counter(len(stack.slices) for stack in group)
        usual = max(depths, key=lambda depth: (depths[depth], depth))
        for stack in group:
            if len(stack.slices) != usual:
                text = f"has {len(stack.slices)} slices, others have {usual}{hint}"
                yield SourceProblem(_MISSING, str(stack.folder), text)
