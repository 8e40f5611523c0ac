"""Mistakes in requests, as a hypothesis strategy."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, 2**40, "", "x", "1", "true", "a/b", "/a", "2020-01-01", "Ecephys"]
) | st.sampled_from([[], {}, ["x"], [1], [None], {"x": 1}, {"name": "x"}, ["x"] * 11])
ODD = ODD.map(deepcopy)


@st.composite
def with_mistakes(draw: st.DrawFn, requests: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """Draw one of these requests; some of its values may be removed, replaced or added."""
    request = draw(requests)
    for _ in range(draw(st.integers(0, 3))):
        holders = list(_holders(request))
        if not holders:
            break
        holder = draw(st.sampled_from(holders))
        key = draw(
            st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder)))
        )
        match draw(st.sampled_from(["remove", "replace", "repeat", "add"])):
            case "remove":
                del holder[key]
            case "replace":
                holder[key] = draw(ODD)
            case "repeat" if isinstance(holder, list):
                holder.append(deepcopy(holder[key]))
            case _ if isinstance(holder, dict):
                holder["zz_added"] = draw(ODD)
    return request


def _holders(value: object) -> Iterator[Any]:
    """Find the objects and lists in a request that are not empty."""
    if isinstance(value, dict | list) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)
