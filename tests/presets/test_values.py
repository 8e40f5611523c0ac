import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.ports.preset_store import PresetBroken, PresetInvalid
from aind_data_transfer_service.presets.values import check_value, read_value, write_value
from aind_data_transfer_service.testing.preset_store_suite import V1, V2

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.text(), json_values, max_size=3)


@given(objects)
def test_what_is_written_is_read_again(value: dict[str, object]) -> None:
    assert read_value(V1, write_value(check_value(V1, value)), "1") == value


@given(objects)
def test_a_task_may_have_any_settings(settings: dict[str, object]) -> None:
    assert check_value(V2, {"job_settings": settings}) == {"job_settings": settings}


@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_read_or_broken(text: str) -> None:
    for key in (V1, V2):
        with suppress(PresetBroken):
            assert isinstance(read_value(key, text, "1"), dict)


def test_every_fault_is_named_at_its_place() -> None:
    value = {"imgae": "x", "job_setting": {}, "skip_task": 1, "image_resources": {"a": [object]}}
    with pytest.raises(PresetInvalid, match="JSON"):
        check_value(V2, value)
    value["image_resources"] = [1]
    with pytest.raises(PresetInvalid) as refused:
        check_value(V2, value)
    for part in ("Did you mean 'image'?", "Did you mean 'job_settings'?", "skip_task: ", "image_r"):
        assert part in refused.value.message


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a": Infinity}', "{}{}", "\x00"])
def test_odd_text_is_broken(text: str) -> None:
    with pytest.raises(PresetBroken):
        read_value(V1, text, "1")
