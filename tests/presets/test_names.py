import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.ports.preset_store import (
    PresetKey,
    PresetKeyInvalid,
    PresetVersion,
)
from aind_data_transfer_service.presets.names import ForeignName, PresetNames
from aind_data_transfer_service.wire.vocabulary import MODALITIES

NAMES = PresetNames("/aind/airflow/variables/job_types")

words = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,20}", fullmatch=True)
keys = st.builds(
    PresetKey,
    version=st.sampled_from(PresetVersion),
    job_type=words.filter(lambda word: word != "v2"),
    task_id=words,
    modality=st.none() | st.sampled_from(MODALITIES.abbreviations),
)


@given(keys)
def test_a_key_is_found_again_in_its_name(key: PresetKey) -> None:
    assert NAMES.key(NAMES.name(key)) == key


@given(st.text())
def test_any_name_is_a_key_or_refused(text: str) -> None:
    name = f"{NAMES.prefix}/{text}"
    try:
        key = NAMES.key(name)
    except (ForeignName, PresetKeyInvalid):
        return
    assert NAMES.name(key) == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (PresetKey(PresetVersion.V1, "ecephys", "compress_data"), "ecephys/tasks/compress_data"),
        (PresetKey(PresetVersion.V2, "v2", "tasks"), "v2/v2/tasks/tasks"),
        (PresetKey(PresetVersion.V2, "a", "b", "SPIM"), "v2/a/tasks/b/SPIM"),
    ],
)
def test_names_are_those_of_the_first_service(key: PresetKey, name: str) -> None:
    assert NAMES.name(key) == f"/aind/airflow/variables/job_types/{name}"


@pytest.mark.parametrize(
    "name",
    [
        "/other/a/tasks/b",
        "/aind/airflow/variables/job_types",
        "/aind/airflow/variables/job_types_2/a/tasks/b",
        "/aind/airflow/variables/job_types/a/tasks/b/SPIM/",
        "/aind/airflow/variables/job_types/a/tasks/b\n",
        "/aind/airflow/variables/job_types/v2/tasks/b",
    ],
)
def test_names_of_anything_else_are_refused(name: str) -> None:
    with pytest.raises((ForeignName, PresetKeyInvalid)):
        NAMES.key(name)


@pytest.mark.parametrize("word", ["", "a b", "a/b", "..", ".", "-x", "ü", "x" * 101, "a\n"])
def test_words_that_no_store_takes_are_refused(word: str) -> None:
    for job_type, task_id in ((word, "task"), ("type", word)):
        with pytest.raises(PresetKeyInvalid) as refused:
            PresetKey(PresetVersion.V2, job_type, task_id)
        assert refused.value.details["value"] == word


def test_the_nearest_modality_is_named() -> None:
    with pytest.raises(PresetKeyInvalid, match="Did you mean 'behavior-videos'"):
        PresetKey(PresetVersion.V2, "a", "b", "behavior_videos")
