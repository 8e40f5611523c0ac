from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.paths import (
    PathInvalid,
    SourceOutsideRoots,
    SourcesNested,
    lies_in,
    require_in_roots,
    require_not_nested,
    require_source_path,
)

_NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="/", min_codepoint=32), min_size=1),
    min_size=1,
)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "not absolute"),
        ("share/session", "not absolute"),
        ("~/session", "not absolute"),
        ("\\\\allen\\aind\\scratch", "Windows"),
        ("C:\\data", "Windows"),
        ("/share/../etc", r"'\.\.'"),
        ("/share/..", r"'\.\.'"),
        ("/share/a\0b", "control"),
        ("/share/a\nb", "control"),
        ("/", "root"),
        ("//", "root"),
    ],
)
def test_a_path_that_may_not_be_used_is_refused_by_name(value: str, problem: str) -> None:
    with pytest.raises(PathInvalid, match=problem) as refused:
        require_source_path("source", value)
    assert refused.value.details == {"field": "source", "value": value}
    assert "absolute POSIX path" in refused.value.message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/share/session", "/share/session"),
        ("/share//session/./ecephys/", "/share/session/ecephys"),
        ("//allen/aind", "/allen/aind"),
        ("/share/Behavior videos", "/share/Behavior videos"),
        ("/share/..hidden/a..b", "/share/..hidden/a..b"),
    ],
)
def test_a_path_is_returned_in_one_form(value: str, expected: str) -> None:
    assert require_source_path("source", value) == PurePosixPath(expected)


@given(_NAMES)
def test_what_is_accepted_is_absolute_and_stays_below_its_parts(names: list[str]) -> None:
    value = "/" + "/".join(names)
    try:
        path = require_source_path("source", value)
    except PathInvalid:
        return
    assert path.is_absolute()
    assert ".." not in path.parts
    assert require_source_path("source", str(path)) == path


def test_lying_in_a_folder_goes_by_whole_names() -> None:
    root = PurePosixPath("/share/one")
    assert lies_in(PurePosixPath("/share/one"), [root])
    assert lies_in(PurePosixPath("/share/one/two"), [root])
    assert not lies_in(PurePosixPath("/share/one-more"), [root])
    assert not lies_in(PurePosixPath("/share/one"), [])


def test_without_roots_a_source_may_be_anywhere() -> None:
    require_in_roots("source", PurePosixPath("/etc/ssl"), [])
    require_in_roots("source", PurePosixPath("/share/a"), [PurePosixPath("/share")])


def test_a_source_outside_the_roots_is_refused_and_the_roots_are_named() -> None:
    with pytest.raises(SourceOutsideRoots, match=r"/etc/ssl.*/share, /scratch"):
        require_in_roots(
            "source", PurePosixPath("/etc/ssl"), map(PurePosixPath, ("/share", "/scratch"))
        )


@pytest.mark.parametrize(
    ("first", "second"), [("/s/a", "/s/a/b"), ("/s/a/b", "/s/a"), ("/s/a", "/s/a")]
)
def test_modalities_in_one_another_are_refused(first: str, second: str) -> None:
    with pytest.raises(SourcesNested, match=r"ecephys.*behavior"):
        require_not_nested({"ecephys": PurePosixPath(first), "behavior": PurePosixPath(second)})


def test_the_layouts_of_the_user_guide_are_not_nested() -> None:
    require_not_nested(
        {
            "ecephys": PurePosixPath("/share/session/ecephys_data"),
            "behavior": PurePosixPath("/share/session/behavior_data"),
            "behavior-videos": PurePosixPath("/share/session/behavior_videos"),
        }
    )
