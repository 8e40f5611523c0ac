"""Placeholders of scripts, filled so that the shell sees exactly the values."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aind_data_transfer_service.domain.command_script import (
    PLACEHOLDERS,
    CommandScriptInvalid,
    fill,
    fill_settings,
    is_placeholder,
    settings_text,
)

# What a program's argument can hold: no U+0000, no lone surrogates.
VALUE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.text(
    "'\"\\$`!#%{}()<>|&;*?~ \nA"
)


def bash(script: str) -> str:
    """Return what a script writes; its newlines are kept as they are."""
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, check=True, timeout=10
    )
    return done.stdout.decode()


SCRIPT = r"""# don't read comments as quotes: "
HOME=h
printf '%s\0' %JOB_SETTINGS
printf '%s\0' 'in %JOB_SETTINGS single' "in %JOB_SETTINGS double ${HOME}"
printf '%s\0' docker://%IMAGE:%IMAGE_VERSION it\'s%IMAGE ${HOME}%IMAGE
"""


@settings(max_examples=60, deadline=None)
@given(VALUE, VALUE)
def test_the_shell_sees_the_values(first: str, second: str) -> None:
    values = {"%JOB_SETTINGS": first, "%IMAGE": second, "%IMAGE_VERSION": "1.0"}

    written = bash(fill(SCRIPT, values)).split("\0")[:-1]

    assert written == [
        first,
        f"in {first} single",
        f"in {first} double h",
        f"docker://{second}:1.0",
        f"it's{second}",
        f"h{second}",
    ]


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(VALUE, VALUE, max_size=3))
def test_settings_arrive_as_they_are(job_settings: dict[str, str]) -> None:
    text = settings_text(job_settings)
    filled = fill("printf %s ' %JOB_SETTINGS '", {"%JOB_SETTINGS": text})
    assert bash(filled) == f" {text} "


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_values_are_never_read_again(placeholder: str) -> None:
    values = dict.fromkeys(PLACEHOLDERS, "%IMAGE%S3_LOCATION")
    assert fill(f"x {placeholder}", values) == "x '%IMAGE%S3_LOCATION'"


def test_the_version_is_not_read_as_the_image() -> None:
    assert fill("%IMAGE_VERSION %IMAGE", {"%IMAGE": "a", "%IMAGE_VERSION": "b"}) == "'b' 'a'"


@pytest.mark.parametrize(
    "script",
    [
        "cat <<EOF\n%IMAGE\nEOF",
        "echo $'it\\'s %IMAGE'",
        "echo `echo %IMAGE`",
        "echo \"$(echo '%IMAGE')\"",
        "echo \"${x:-'%IMAGE'}\"",
        "echo ${x:-%IMAGE}",
        "echo $((%IMAGE))",
        "echo $%IMAGE",
        'echo "$%IMAGE"',
    ],
)
def test_places_that_cannot_be_filled_safely(script: str) -> None:
    with pytest.raises(CommandScriptInvalid, match="%IMAGE comes after"):
        fill(script, {"%IMAGE": "x"})
    without = script.replace("%IMAGE", "x")
    assert fill(without, {}) == without


def test_places_that_look_alike_and_are_safe() -> None:
    assert bash(fill("cat <<< %IMAGE", {"%IMAGE": "a'b"})) == "a'b\n"
    assert bash(fill("echo $(echo %IMAGE)", {"%IMAGE": "a'b"})) == "a'b\n"


def test_a_value_is_no_assignment() -> None:
    filled = fill("%IMAGE true || echo refused", {"%IMAGE": "A=b"})
    assert bash(f"exec 2>&-; {filled}") == "refused\n"


def test_a_placeholder_without_a_value_is_named() -> None:
    with pytest.raises(CommandScriptInvalid, match=r"%ENV_FILE has no value.*%IMAGE"):
        fill("%ENV_FILE", {"%IMAGE": "x"})


def test_no_argument_can_hold_nul() -> None:
    with pytest.raises(CommandScriptInvalid, match=r"U\+0000"):
        fill("%IMAGE", {"%IMAGE": "a\0b"})


def test_placeholders_in_settings() -> None:
    given_settings = {"a": "%INPUT_SOURCE/x", "b": [{"c": "%INPUT_SOURCE"}, 1], "%IMAGE": None}
    assert fill_settings(given_settings, {"%INPUT_SOURCE": "/it's"}) == {
        "a": "/it's/x",
        "b": [{"c": "/it's"}, 1],
        "%IMAGE": None,
    }
    assert is_placeholder(" %INPUT_SOURCE ")
    assert not is_placeholder("%INPUT_SOURCE/x")
    assert not is_placeholder(None)
