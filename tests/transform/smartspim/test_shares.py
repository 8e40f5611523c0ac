"""Stacks are spread evenly over elements."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.transform.smartspim.shares import share

SIZES = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(0, 10**12), max_size=60)


def test_the_guides_sixty_stacks_on_twenty_elements_are_three_each() -> None:
    shares = share({f"stack {number}": 5_000_000_000 for number in range(60)}, 20)
    assert set(Counter(shares.values()).values()) == {3}
    assert set(shares.values()) == set(range(20))


def test_a_large_stack_has_an_element_for_itself() -> None:
    shares = share({"a": 1, "b": 1, "large": 10, "c": 1}, 2)
    assert shares == {"a": 1, "b": 1, "large": 0, "c": 1}


def test_more_elements_than_stacks() -> None:
    assert share({"a": 5, "b": 6}, 10) == {"a": 1, "b": 0}


@given(SIZES, st.integers(1, 30))
def test_every_stack_once_and_no_element_much_more_than_another(
    sizes: dict[str, int], count: int
) -> None:
    shares = share(sizes, count)
    assert list(shares) == list(sizes)
    assert set(shares.values()) <= set(range(count))
    loads = Counter(dict.fromkeys(range(count), 0))
    for name, element in shares.items():
        loads[element] += sizes[name]
    largest = max(sizes.values(), default=0)
    assert max(loads.values()) - min(loads.values()) <= largest
    assert share(dict(reversed(sizes.items())), count) == shares
