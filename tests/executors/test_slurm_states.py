"""What Slurm's states mean."""

import pytest

from aind_data_transfer_service.executors.slurm.states import MEANINGS, UNKNOWN, meaning_of
from aind_data_transfer_service.ports.executor import RunState


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["PENDING"], RunState.WAITING),
        (["RUNNING"], RunState.RUNNING),
        (["RUNNING", "CONFIGURING"], RunState.WAITING),
        (["COMPLETED"], RunState.ENDED),
        (["COMPLETED", "COMPLETING"], RunState.RUNNING),
        (["FAILED", "REQUEUED"], RunState.WAITING),
        (["PENDING", "REQUEUE_HOLD"], RunState.WAITING),
        (["CANCELLED", "COMPLETING"], RunState.RUNNING),
        ([], RunState.UNKNOWN),
        (["COMPLETED", "SOMETHING_NEW"], RunState.UNKNOWN),
    ],
)
def test_what_moves_counts_before_what_has_ended(states: list[str], expected: RunState) -> None:
    assert meaning_of(states).state is expected


def test_every_end_is_an_error_without_a_result() -> None:
    for meaning in MEANINGS.values():
        assert (meaning.error is not None) == (meaning.state is RunState.ENDED)
    assert UNKNOWN.error is None
