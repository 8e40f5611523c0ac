"""Whatever happens at whatever moment, no byte is lost that the asset does not have."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aind_data_transfer_service.tasks.source_removal import RemovalRecord
from aind_data_transfer_service.tasks.spec import ResultState

from .removal_site import FILES, Site, error_of, outputs, tree, uploaded, write

_STEPS = ("rename", "unlink", "rmdir")


class _Killed(BaseException):
    """The program ends here and now; nothing is tidied up."""


class _Moments:
    """Runs something at the n-th change of the file system."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, number: int, do: Callable[[], None]
    ) -> None:
        self.count = 0
        self._number = number
        self._do = do
        for name in _STEPS:
            monkeypatch.setattr(os, name, self._watched(getattr(os, name)))

    def _watched(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*arguments: Any, **options: Any) -> Any:
            self.count += bool(options)  # those in open folders: the removal's own
            if options and self.count == self._number:
                self._do()
            return real(*arguments, **options)

        return change


def _kill() -> None:
    raise _Killed


# One to move the folder aside, one for each file and folder, one for the top.
_CHANGES = 1 + len(FILES) + 3 + 1


@pytest.mark.parametrize("moment", range(1, _CHANGES + 1))
def test_a_second_attempt_ends_what_was_killed(
    tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = uploaded(tmp_path)
    with monkeypatch.context() as patch:
        moments = _Moments(patch, moment, _kill)
        with pytest.raises(_Killed):
            site.remove()
    assert moments.count == moment
    # Whoever looks meanwhile sees the whole folder or none.
    assert tree(site.behavior) in (FILES, {})
    done = outputs(site.remove())
    assert done["files"] == len(FILES)
    assert list(site.share.iterdir()) == []


def test_the_moments_are_all_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = uploaded(tmp_path)
    with monkeypatch.context() as patch:
        moments = _Moments(patch, 0, _kill)
        outputs(site.remove())
    assert moments.count == _CHANGES


def _file_with(folder: Path, name: str) -> Path:
    """Return a file that is in a folder or in what it is called meanwhile."""
    places = [folder, *folder.parent.glob(".removing-*")]
    return next(place for place in places if place.exists()) / name


def _write_new(folder: Path) -> None:
    _file_with(folder, "rig/late.bin").write_bytes(b"late")


def _change(folder: Path) -> None:
    with _file_with(folder, "trials.csv").open("ab") as file:
        file.write(b"late")


@pytest.mark.parametrize("late", [_write_new, _change])
def test_what_is_written_after_the_comparison_keeps_the_folder(
    tmp_path: Path, late: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = uploaded(tmp_path)
    with monkeypatch.context() as patch:
        _Moments(patch, 1, lambda: late(site.behavior))
        error_of(site.remove(), "sources_kept")
    late_bytes = tree(site.behavior)
    assert b"late" in b"".join(late_bytes.values())
    assert late_bytes.keys() >= FILES.keys()


@pytest.mark.parametrize("moment", range(2, _CHANGES + 1))
def test_what_is_written_during_the_removal_is_not_lost(
    tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = uploaded(tmp_path)
    aside: list[Path] = []

    def write_late() -> None:
        (folder,) = site.share.glob(".removing-*")
        aside.append(folder)
        write(folder, {"rig/late.bin": b"late"})

    with monkeypatch.context() as patch:
        _Moments(patch, moment, write_late)
        error = error_of(site.remove(), "removal_interrupted")
    assert error.details["folder"] == str(aside[0])
    assert tree(aside[0])["rig/late.bin"] == b"late"
    assert error_of(site.remove(), "removal_interrupted").details == error.details
    (aside[0] / "rig/late.bin").rename(tmp_path / "saved")
    outputs(site.remove())
    assert list(site.share.iterdir()) == []


def test_another_folder_in_its_place_after_the_comparison_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = uploaded(tmp_path)
    real = RemovalRecord.write

    def swap(record: RemovalRecord, path: Path) -> None:
        real(record, path)
        site.behavior.rename(tmp_path / "moved")
        write(site.behavior, {"other": b"other"})

    with monkeypatch.context() as patch:
        patch.setattr(RemovalRecord, "write", swap)
        error_of(site.remove(), "sources_kept")
    assert tree(site.behavior) == {"other": b"other"}
    assert tree(tmp_path / "moved") == FILES


_names = st.text(
    st.characters(exclude_characters="/\0\\", exclude_categories=("Cs", "Cc")), min_size=1,
    max_size=12,
).filter(lambda name: name not in {".", ".."})  # fmt: skip
_trees = st.dictionaries(
    st.lists(_names, min_size=1, max_size=3).map("/".join), st.binary(max_size=40), min_size=1,
    max_size=8,
)  # fmt: skip


def _makeable(files: dict[str, bytes]) -> bool:
    """Whether no file is a folder too, and an object store could hold the names."""
    folders = {name.rsplit("/", depth)[0] for name in files for depth in (1, 2) if "/" in name}
    return not folders & files.keys()


@given(
    files=_trees.filter(_makeable),
    late=st.none() | st.tuples(st.integers(0, 7), st.binary(max_size=40)),
    extra=st.none() | _names,
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_byte_is_lost(
    files: dict[str, bytes], late: tuple[int, bytes] | None, extra: str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = uploaded(Path(folder), files)
        before = dict(files)
        if late is not None:
            name = sorted(files)[late[0] % len(files)]
            (site.behavior / name).write_bytes(late[1])
            before[name] = late[1]
        if extra is not None and not (site.behavior / extra).exists():
            (site.behavior / extra).write_bytes(b"extra")
            before[extra] = b"extra"
        result = site.remove()
        asset = tree(site.asset / "behavior")
        if result.state is ResultState.SUCCESS:
            assert not site.behavior.exists()
            assert before.items() <= asset.items()
        else:
            error_of(result, "sources_kept")
            assert tree(site.behavior) == before
        if before == files:  # written anew, the same bytes have another time
            assert late is not None or result.state is ResultState.SUCCESS


def test_a_site_is_what_these_tests_take_it_for(tmp_path: Path) -> None:
    site: Site = uploaded(tmp_path)
    assert tree(site.asset / "behavior") == tree(site.behavior) == FILES
