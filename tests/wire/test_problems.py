"""How a validation error is told."""

import json
from typing import Literal

import pytest
from pydantic import BaseModel, ValidationError, field_validator

from aind_data_transfer_service.wire.problems import (
    Problem,
    field_path,
    nearest_of,
    problem_error,
    problems_of,
    reference_errors,
)


class Sheet(BaseModel):
    colour: Literal["red", "green"] = "red"
    page_size: int
    title: str = "x"

    @field_validator("title")
    @classmethod
    def _refuse(cls, value: str) -> str:
        if value == "bad":
            raise problem_error("title_bad", "no {braces} are filled", allowed=["x"], nearest="x")
        return value


def problem(**content: object) -> Problem:
    return problems_of(error(**content))[0]


def error(**content: object) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        Sheet.model_validate(content)
    return refused.value


@pytest.mark.parametrize(
    ("loc", "path"),
    [((), ""), (("a",), "a"), (("a", 0, "b"), "a[0].b"), ((1, 2), "[1][2]")],
)
def test_places_are_written_as_paths(loc: tuple[str | int, ...], path: str) -> None:
    assert field_path(loc) == path


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("GREN", "green"), ("zzz", None), ("dark_green", "dark-green"), ("", None)],
)
def test_the_nearest_word_is_found_whatever_its_case(word: str, nearest: str | None) -> None:
    assert nearest_of(word, ["red", "green", "dark-green"]) == nearest


def test_an_unknown_value_lists_the_allowed_ones() -> None:
    told = problem(page_size=1, colour="grene")

    assert told == Problem(
        code="unknown_value",
        loc=("colour",),
        field="colour",
        message="colour: 'grene' is not known. Allowed: red, green. Did you mean 'green'?",
        value="grene",
        allowed=("red", "green"),
        nearest="green",
    )
    assert json.loads(json.dumps(told.as_dict()))["allowed"] == ["red", "green"]


def test_a_missing_field_names_what_may_have_been_meant_for_it() -> None:
    told = problem(pagesize=3)

    assert (told.code, told.field, told.value, told.nearest) == (
        "missing",
        "page_size",
        None,
        "pagesize",
    )


def test_a_long_value_is_shortened() -> None:
    told = problem(page_size="y" * 1000)

    assert isinstance(told.value, str)
    assert len(told.value) < 300


def test_our_own_error_keeps_its_code_and_words() -> None:
    told = problem(page_size=1, title="bad")

    assert (told.code, told.allowed, told.nearest) == ("title_bad", ("x",), "x")
    assert told.message == "title: no {braces} are filled. Did you mean 'x'?"


def test_v1_clients_see_our_own_error_as_a_value_error() -> None:
    (item,) = json.loads(reference_errors(error(page_size=1, title="bad")))

    text = "no {braces} are filled"
    assert item.pop("url").endswith("/v/value_error")
    assert item == {
        "type": "value_error",
        "loc": ["title"],
        "msg": f"Value error, {text}",
        "input": "bad",
        "ctx": {"error": text},
    }


def test_types_have_the_names_json_gives_them() -> None:
    with pytest.raises(ValidationError) as refused:
        Sheet.model_validate([])

    assert problems_of(refused.value)[0].message == "Input should be an object"
    assert json.loads(reference_errors(refused.value))[0]["msg"] == "Input should be an object"
