"""`presets set` and `presets restore`."""

import json
from pathlib import Path
from typing import Any

import pytest

from aind_data_transfer_service.cli.presets.change import Change, make_change
from aind_data_transfer_service.client import PresetAddress, Presets, PresetValue, RequestRefused

from ..conftest import Run
from .conftest import UPLOAD, ValueFile

_NAME = ("ephys_rig", "upload_data_to_s3")
_FIRST, _SECOND = {"job_settings": {"concurrency": 4}}, {"job_settings": {"concurrency": 9}}


class TestSet:
    def test_makes_a_preset(self, run: Run, presets: Presets, value_file: ValueFile) -> None:
        result = run("presets", "set", *_NAME, value_file(_FIRST), "--yes", "--why", "to begin")
        now = presets.get(UPLOAD)
        assert (result.exit_code, now.value) == (0, _FIRST)
        assert result.stdout.startswith("v2/ephys_rig/upload_data_to_s3, new:\n+ {\n")
        assert result.stdout.endswith(f"upload_data_to_s3 is set, revision {now.revision}\n")
        assert presets.history(UPLOAD)[0].why == "to begin"

    def test_shows_what_changes(self, run: Run, presets: Presets, value_file: ValueFile) -> None:
        before = presets.set(UPLOAD, _FIRST, replaces=None)
        result = run("presets", "set", *_NAME, value_file(_SECOND), "--yes")
        assert f"now at revision {before.revision}:" in result.stdout
        assert '-     "concurrency": 4\n+     "concurrency": 9\n' in result.stdout

    def test_of_a_modality_from_standard_input(self, run: Run, presets: Presets) -> None:
        name = ("ephys_rig", "modality_transformation_settings", "ecephys")
        result = run("presets", "set", *name, "-", "--yes", "--json", input='{"skip_task": true}')
        now = presets.get(PresetAddress("v2", *name))
        assert now.value == {"skip_task": True}
        assert json.loads(result.stdout) == {
            "preset": "/".join(("v2", *name)),
            "value": {"skip_task": True},
            "revision": now.revision,
        }

    def test_what_is_so_already_is_no_change(
        self, run: Run, presets: Presets, value_file: ValueFile
    ) -> None:
        presets.set(UPLOAD, _FIRST, replaces=None)
        result = run("presets", "set", *_NAME, value_file(_FIRST))
        assert result.exit_code == 0
        assert "is so already" in result.stdout
        assert len(presets.history(UPLOAD)) == 1

    @pytest.mark.parametrize("how", [[], ["--json"]])
    def test_nothing_is_set_where_nobody_can_be_asked(
        self, run: Run, presets: Presets, value_file: ValueFile, how: list[str]
    ) -> None:
        result = run("presets", "set", *_NAME, value_file(_FIRST), *how)
        assert result.exit_code == 2
        assert "--yes" in result.stderr
        assert presets.find(UPLOAD) is None

    def test_a_revision_that_is_no_more(
        self, run: Run, presets: Presets, value_file: ValueFile
    ) -> None:
        first = presets.set(UPLOAD, _FIRST, replaces=None)
        second = presets.set(UPLOAD, _SECOND, replaces=first)
        wanted = ("presets", "set", *_NAME, value_file({}), "--yes", "--revision")
        refused = run(*wanted, first.revision)
        assert refused.exit_code == 1
        assert "Code: preset_conflict" in refused.stderr
        assert presets.get(UPLOAD).value == _SECOND
        assert run(*wanted, second.revision).exit_code == 0

    def test_a_broken_preset_is_set_anew(
        self, run: Run, presets: Presets, tmp_path: Path, value_file: ValueFile
    ) -> None:
        presets.set(UPLOAD, _FIRST, replaces=None)
        (stored,) = (tmp_path / "home").rglob("ephys_rig/**/upload_data_to_s3.json")
        stored.write_text("{broken")
        presets.set(PresetAddress("v2", "other", "t"), {}, replaces=None)  # all are read again
        result = run("presets", "set", *_NAME, value_file(_SECOND), "--yes")
        assert (result.exit_code, presets.get(UPLOAD).value) == (0, _SECOND)

    @pytest.mark.parametrize(
        ("content", "said"), [("{", "is not JSON"), ("[]", "is not a JSON object")]
    )
    def test_what_is_no_value(
        self, run: Run, value_file: ValueFile, content: str, said: str
    ) -> None:
        result = run("presets", "set", *_NAME, value_file(content), "--yes")
        assert result.exit_code == 2
        assert said in result.stderr

    def test_a_file_that_is_not_there(self, run: Run, tmp_path: Path) -> None:
        assert run("presets", "set", *_NAME, tmp_path / "nope", "--yes").exit_code == 2

    @pytest.mark.usefixtures("service")
    def test_what_the_service_refuses(self, run: Run, value_file: ValueFile) -> None:
        result = run("presets", "set", *_NAME, value_file({"skip_tasks": True}), "--yes")
        assert result.exit_code == 2
        assert "Code: preset_invalid" in result.stderr
        assert "Did you mean 'skip_task'" in result.stderr

    def test_words_too_many(self, run: Run) -> None:
        assert run("presets", "set", *_NAME, "a", "b", "c").exit_code == 2


class TestMeanwhile:
    """Somebody else changes the preset after the difference was shown."""

    @pytest.mark.parametrize("there", [True, False], ids=["changed", "made"])
    def test_their_value_stands(self, presets: Presets, there: bool) -> None:
        if there:
            presets.set(UPLOAD, _FIRST, replaces=None)
        late = _Late(presets)
        with pytest.raises(RequestRefused) as refused:
            make_change(late, Change(UPLOAD, {}, None), yes=True, may_ask=False, as_json=True)
        assert refused.value.service_code == "preset_conflict"
        assert presets.get(UPLOAD).value == _SECOND


class _Late(Presets):
    """Presets that somebody else changes as soon as they are looked at."""

    def __init__(self, presets: Presets) -> None:
        self._presets = presets

    def find(self, address: PresetAddress) -> PresetValue | None:
        seen = self._presets.find(address)
        self._presets.set(address, _SECOND, replaces=seen)
        return seen

    def set(self, *arguments: Any, **options: Any) -> PresetValue:
        return self._presets.set(*arguments, **options)


class TestRestore:
    def test_sets_what_it_was(self, run: Run, presets: Presets) -> None:
        first = presets.set(UPLOAD, _FIRST, replaces=None)
        presets.set(UPLOAD, _SECOND, replaces=first)
        result = run("presets", "restore", *_NAME, first.revision, "--yes")
        assert (result.exit_code, presets.get(UPLOAD).value) == (0, _FIRST)
        assert [change.why for change in presets.history(UPLOAD)] == [
            f"As at revision {first.revision}",
            None,
            None,
        ]

    def test_of_a_modality(self, run: Run, presets: Presets) -> None:
        name = ("ephys_rig", "modality_transformation_settings", "ecephys")
        address = PresetAddress("v2", *name)
        first = presets.set(address, {"skip_task": True}, replaces=None)
        presets.set(address, {}, replaces=first)
        run("presets", "restore", *name, first.revision, "--yes", "--why", "it was right")
        assert presets.get(address).value == {"skip_task": True}
        assert presets.history(address)[0].why == "it was right"

    def test_an_unknown_revision(self, run: Run, presets: Presets) -> None:
        presets.set(UPLOAD, _FIRST, replaces=None)
        result = run("presets", "restore", *_NAME, "nope", "--yes")
        assert result.exit_code == 1
        assert presets.get(UPLOAD).value == _FIRST
