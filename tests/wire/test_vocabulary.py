"""Platforms and modalities."""

from types import SimpleNamespace

import pytest
from pydantic import TypeAdapter, ValidationError

from aind_data_transfer_service.wire.vocabulary import (
    MODALITIES,
    PLATFORMS,
    Modality,
    ModalityField,
    Platform,
    PlatformField,
    Vocabulary,
)

ANY_MODALITY: TypeAdapter[Modality] = TypeAdapter(ModalityField)
ANY_PLATFORM: TypeAdapter[Platform] = TypeAdapter(PlatformField)


@pytest.mark.parametrize(
    ("vocabulary", "size"),
    [(PLATFORMS, 16), (MODALITIES, 22)],
)
def test_words_are_unique_however_they_are_written(
    vocabulary: Vocabulary[Platform] | Vocabulary[Modality], size: int
) -> None:
    assert len({word.upper().replace("-", "_") for word in vocabulary.abbreviations}) == size
    assert len({term.name for term in vocabulary.terms}) == size


def test_words_of_both_releases_are_known() -> None:
    assert MODALITIES.find("slap") is not None
    assert MODALITIES.find("slap2") is not None


@pytest.mark.parametrize(
    "given",
    [
        "behavior-videos",
        "BEHAVIOR_VIDEOS",
        {"name": "Behavior videos", "abbreviation": "behavior-videos"},
        {"abbreviation": "behavior-videos"},
        SimpleNamespace(name="Behavior videos", abbreviation="behavior-videos"),
        MODALITIES.get("behavior-videos"),
    ],
)
def test_all_spellings_give_one_object(given: object) -> None:
    assert ANY_MODALITY.validate_python(given) is MODALITIES.get("behavior-videos")


@pytest.mark.parametrize(
    "given", ["SmartSPIM", "smartspim", {"name": "SmartSPIM platform"}, PLATFORMS.get("SmartSPIM")]
)
def test_a_platform_is_named_by_its_name(given: object) -> None:
    assert ANY_PLATFORM.validate_python(given) is PLATFORMS.get("SmartSPIM")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("nope", "union_tag_invalid"),
        ("", "union_tag_invalid"),
        ({"name": "Nope"}, "union_tag_invalid"),
        ({"abbreviation": "SmartSPIM"}, "union_tag_not_found"),
        ({}, "union_tag_not_found"),
        ({"name": ["SmartSPIM"]}, "union_tag_invalid"),
        (
            {"name": "SmartSPIM platform", "abbreviation": "ecephys"},
            "name_and_abbreviation_differ",
        ),
        (None, "dataclass_type"),
        (3, "dataclass_type"),
    ],
)
def test_anything_else_is_refused(given: object, kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ANY_PLATFORM.validate_python(given)
    assert [item["type"] for item in refused.value.errors()] == [kind]


def test_other_members_are_refused_in_modalities_and_dropped_in_platforms_as_ever() -> None:
    platform = {"name": "SmartSPIM platform", "note": "x"}
    assert ANY_PLATFORM.validate_python(platform) is PLATFORMS.get("SmartSPIM")
    with pytest.raises(ValidationError) as refused:
        ANY_MODALITY.validate_python({"abbreviation": "ecephys", "note": "x"})
    (item,) = refused.value.errors()
    assert (item["type"], item["loc"]) == ("extra_forbidden", ("note",))
