import errno
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aind_data_transfer_service.errors import InvalidInput, StorageFull, TransferError


def subclasses(kind: type[TransferError]) -> list[type[TransferError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in subclasses(child))]


@pytest.mark.parametrize("kind", subclasses(TransferError), ids=lambda kind: kind.__name__)
def test_every_kind_has_a_code_and_says_what_to_do(kind: type[TransferError]) -> None:
    assert kind.code.islower()
    assert kind.code.isidentifier()
    assert kind.what_to_do_default.endswith(".")


def test_an_error_carries_all_there_is_to_say() -> None:
    error = InvalidInput("subject_id is empty.", field="subject_id")
    assert str(error) == "subject_id is empty."
    assert error.as_dict() == {
        "code": "invalid_input",
        "message": "subject_id is empty.",
        "what_to_do": "Correct what the message names and submit again.",
        "retryable": False,
        "details": {"field": "subject_id"},
    }
    assert InvalidInput("x", what_to_do="Sleep.").as_dict()["what_to_do"] == "Sleep."


def test_an_error_travels_between_processes() -> None:
    error = InvalidInput("x", what_to_do="y", field="z")
    assert pickle.loads(pickle.dumps(error)).as_dict() == error.as_dict()  # noqa: S301 - our own


odd = st.text() | st.binary().map(lambda data: data.decode(errors="surrogateescape"))
values = st.recursive(
    odd | st.none() | st.booleans() | st.integers() | odd.map(lambda name: Path("/", name)),
    lambda inner: st.lists(inner) | st.dictionaries(odd, inner) | st.tuples(inner),
)


@given(odd, values)
def test_it_can_always_be_kept_as_json(message: str, value: object) -> None:
    kept = InvalidInput(message, value=value).as_dict()
    text = json.dumps(kept, ensure_ascii=False).encode()
    assert json.loads(text) == kept


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named(number: int) -> None:
    full = StorageFull.from_os_error(OSError(number, "No space", "/scratch/x"))
    assert full is not None
    assert "/scratch/x" in full.message


def test_other_faults_are_not_a_full_disk() -> None:
    assert StorageFull.from_os_error(PermissionError(errno.EACCES, "No")) is None
