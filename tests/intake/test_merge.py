"""Layers of settings."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.intake.merge import Layer, Merged, merge, path_text

KEY = st.sampled_from(["a", "b", "c/d", ""])
LEAF = st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2)
# Any shape, and one where a name always stands for an object or always for a value.
ANY = st.recursive(
    st.dictionaries(KEY, LEAF, max_size=3),
    lambda inner: st.dictionaries(KEY, inner | LEAF),
    max_leaves=6,
)
ALIKE = st.fixed_dictionaries(
    {},
    optional={
        "value": LEAF,
        "object": st.fixed_dictionaries(
            {}, optional={"value": LEAF, "object": st.dictionaries(KEY, LEAF, max_size=3)}
        ),
    },
)


def value(*layers: dict[str, Any]) -> dict[str, Any]:
    return merge(*(Layer(layer, str(index)) for index, layer in enumerate(layers))).value


def leaves(item: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if not isinstance(item, dict) or (path and not item):
        return {path: item}
    found = [leaves(part, (*path, key)) for key, part in item.items()]
    return {place: leaf for part in found for place, leaf in part.items()}


def test_objects_are_merged_and_all_else_is_replaced() -> None:
    merged = merge(
        Layer({"a": {"x": 1, "list": [1, 2]}, "b": 1, "c": {"y": 1}}, "default"),
        Layer({"a": {"list": [3], "z": None}, "b": {"w": 1}, "c": 5}, "request"),
    )
    assert merged.value == {"a": {"x": 1, "list": [3], "z": None}, "b": {"w": 1}, "c": 5}
    assert merged.origins == {
        ("a", "x"): "default",
        ("a", "list"): "request",
        ("a", "z"): "request",
        ("b", "w"): "request",
        ("c",): "request",
    }
    assert merged.origin_of("a", "x") == "default"
    assert merged.origins_below("a") == {"x": "default", "list": "request", "z": "request"}


def test_an_empty_object_takes_nothing_away() -> None:
    assert merge(Layer({"a": {"b": 1}}, "x"), Layer({"a": {}}, "y")) == Merged(
        {"a": {"b": 1}}, {("a", "b"): "x"}
    )
    assert merge(Layer({"a": {}}, "x"), Layer({"a": {"b": 1}}, "y")) == Merged(
        {"a": {"b": 1}}, {("a", "b"): "y"}
    )


def test_paths_are_pointers() -> None:
    assert path_text(("a/b", "c~d", "e")) == "a~1b/c~0d/e"


@given(ANY)
def test_a_layer_over_itself_changes_nothing(layer: dict[str, Any]) -> None:
    assert value(layer, layer) == value(layer) == layer
    assert value({}, layer) == value(layer, {}) == layer


@given(ANY, ANY)
def test_the_last_layer_wins(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged = leaves(value(below, above))
    for place, leaf in leaves(above).items():
        if place and leaf != {}:
            assert merged[place] == leaf


@given(ALIKE, ALIKE, ALIKE)
def test_how_layers_are_grouped_does_not_matter_where_they_are_alike(
    one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]
) -> None:
    assert value(value(one, two), three) == value(one, value(two, three)) == value(one, two, three)


@given(st.lists(ANY, min_size=1, max_size=4))
def test_each_value_remembers_the_layer_it_came_from(layers: list[dict[str, Any]]) -> None:
    merged = merge(*(Layer(layer, str(index)) for index, layer in enumerate(layers)))
    found = {place: leaf for place, leaf in leaves(merged.value).items() if place}
    assert merged.origins.keys() == found.keys()
    for place, leaf in found.items():
        assert leaves(layers[int(merged.origins[place])])[place] == leaf


@given(ANY, ANY)
def test_what_is_merged_is_not_changed(below: dict[str, Any], above: dict[str, Any]) -> None:
    before = deepcopy((below, above))
    merged = value(below, above)
    merged.clear()
    value(below, above).update(a={"b": 1})
    assert (below, above) == before
