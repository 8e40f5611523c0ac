import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.domain.manifest import Manifest, ManifestEntry, ManifestInvalid

SUM = sha256(b"").hexdigest()
# every path that a POSIX file system can hold, as Python shows it
PATHS = st.binary(min_size=1, max_size=60).map(
    lambda raw: raw.replace(b"\0", b"/").decode(errors="surrogateescape")
)


def entry(path: str, **changes: int) -> ManifestEntry:
    return ManifestEntry(path=path, sha256=SUM, **changes)


@given(st.sets(PATHS | st.text("\\\n\r nr", min_size=1, max_size=8)))
def test_text_form_keeps_every_path(paths: set[str]) -> None:
    manifest = Manifest.of(entry(path) for path in paths)
    again = Manifest.from_bytes(manifest.to_bytes())
    assert again == manifest
    assert [each.path for each in again] == sorted(paths)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_manifest_or_are_refused(data: bytes) -> None:
    try:
        manifest = Manifest.from_bytes(data)
    except ManifestInvalid:
        return
    assert Manifest.from_bytes(manifest.to_bytes()) == manifest


def test_lines_are_those_of_sha256sum() -> None:
    manifest = Manifest.of([entry("b/.zgroup"), entry("a\\b\nc\rd"), entry("a b")])
    assert manifest.to_bytes().decode() == (
        f"{SUM}  a b\n\\{SUM}  a\\\\b\\nc\\rd\n{SUM}  b/.zgroup\n"
    )


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_reads_it(tmp_path: Path) -> None:
    names = [
        "plain",
        "a b",
        " lead",
        "trail ",
        "new\nline",
        "back\\slash",
        "\\n",
        "cr\rx",
        "é",
        "*x",
    ]
    names += [".dot", "-n", "sub/.zarray", "tab\tx", "'q\"", "~", "#", "%41"]
    entries = []
    for name in names:
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        entries.append(ManifestEntry(path=name, sha256=sha256(name.encode()).hexdigest()))
    (tmp_path / "sums").write_bytes(Manifest.of(entries).to_bytes())
    command: list[str | Path] = ["sha256sum", "--check", "--strict", "--quiet", tmp_path / "sums"]
    done = subprocess.run(command, cwd=tmp_path / "data", capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (tmp_path / "data" / "new\nline").write_text("other")
    assert subprocess.run(
        command, cwd=tmp_path / "data", check=False, capture_output=True
    ).returncode


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{SUM}  a\n{SUM} b\n", "Line 2 "),
        (f"{SUM.upper()}  a\n", "Line 1 "),
        (f"{SUM}  \n", "Line 1 "),
        (f"\\{SUM}  a\\x\n", r"Line 1 .* escape '\\\\x'"),
        (f"\\{SUM}  a\\\n", "Line 1 .* escape"),
        (f"{SUM}  a\n{SUM}  b", "breaks off"),
        (f"{SUM}  a\n{SUM}  a\n", "'a' twice"),
        ("\n", "Line 1 "),
    ],
)
def test_what_is_no_manifest_is_refused(text: str, message: str) -> None:
    with pytest.raises(ManifestInvalid, match=message):
        Manifest.from_bytes(text.encode())


def test_totals() -> None:
    manifest = Manifest.of([entry("b", size=5), entry("a", size=7), entry("c")])
    assert (len(manifest), manifest.total_bytes) == (3, 12)
    assert (len(Manifest.of(())), Manifest.of(()).to_bytes()) == (0, b"")
