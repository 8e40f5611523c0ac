"""Which element of a job compresses which stacks."""

import heapq
from collections.abc import Mapping


def share(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """Spread stacks evenly over ``count`` elements: the largest first, each to who has least.

    Parameters
    ----------
    sizes
        Bytes of each stack, by name.
    count
        How many elements there are; those that nothing is left for have no stack.

    Returns
    -------
    dict
        The element of each stack, from 0, in the order of ``sizes``. The same sizes are always
        shared the same way.
    """
    loads = [(0, 0, element) for element in range(count)]
    elements = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        size, stacks, element = heapq.heappop(loads)
        elements[name] = element
        heapq.heappush(loads, (size + sizes[name], stacks + 1, element))
    return {name: elements[name] for name in sizes}
