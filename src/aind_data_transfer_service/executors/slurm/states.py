"""What each state of a Slurm job means for the attempt it runs.

The states are those of ``enum job_states`` and the ``JOB_*`` flags in ``slurm.h`` (22.05 to 25.05),
by the names that squeue and slurmrestd use. The administrator guide has the same table.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import TransferError
from ...ports.executor import RunState


class SlurmJobFailed(TransferError):
    """The cluster ended the job, or its program ended, without a result."""

    code = "slurm_job_failed"
    what_to_do_default = (
        "It is tried again by itself. If it fails again, read the last lines of the task's log."
    )
    retryable = True


class SlurmJobCancelled(TransferError):
    """Somebody cancelled the job at the cluster."""

    code = "slurm_job_cancelled"
    what_to_do_default = "Ask who cancelled it there and why; then retry the job here."


class SlurmTimeLimit(TransferError):
    """The job ran to the time limit it had at the cluster."""

    code = "slurm_time_limit"
    what_to_do_default = "It is tried again by itself, with more time."
    retryable = True


class SlurmTimeCeiling(TransferError):
    """The job ran to the time limit it had, and may not have more."""

    code = "slurm_time_ceiling"
    what_to_do_default = (
        "Look why it is slow; or have slurm.more_minutes.ceiling raised, and retry the job."
    )


class SlurmOutOfMemory(TransferError):
    """The job took more memory than it had asked for."""

    code = "slurm_out_of_memory"
    what_to_do_default = "It is tried again by itself, with more memory."
    retryable = True


class SlurmMemoryCeiling(TransferError):
    """The job took more memory than it had, and may not have more."""

    code = "slurm_memory_ceiling"
    what_to_do_default = (
        "Look why it takes so much; or have slurm.more_memory_mb.ceiling raised, and retry the job."
    )


class SlurmNodeFailed(TransferError):
    """The node failed, or was taken away, under the job."""

    code = "slurm_node_failed"
    what_to_do_default = "It is tried again by itself, on whichever node the cluster gives it."
    retryable = True


class SlurmJobLost(TransferError):
    """The cluster does not know the job any more, and it left no result."""

    code = "slurm_job_lost"
    what_to_do_default = "It is tried again by itself; the controller may have lost it in a crash."
    retryable = True


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a state means."""

    state: RunState
    text: str
    error: type[TransferError] | None = None
    """What it is when the attempt has left no result."""


_WAITING, _RUNNING, _ENDED = RunState.WAITING, RunState.RUNNING, RunState.ENDED

MEANINGS = {
    "PENDING": Meaning(_WAITING, "it waits in the queue"),
    "REQUEUED": Meaning(_WAITING, "the cluster has put it back into the queue"),
    "REQUEUE_FED": Meaning(_WAITING, "the cluster has put it back into the queue"),
    "REQUEUE_HOLD": Meaning(_WAITING, "it is back in the queue, and held"),
    "SPECIAL_EXIT": Meaning(_WAITING, "it is back in the queue, and held"),
    "RESV_DEL_HOLD": Meaning(_WAITING, "it is held: its reservation was deleted"),
    "CONFIGURING": Meaning(_WAITING, "its nodes are made ready"),
    "POWER_UP_NODE": Meaning(_WAITING, "its nodes are switched on"),
    "EXPEDITING": Meaning(_WAITING, "it starts again, with precedence"),
    "RUNNING": Meaning(_RUNNING, "it runs"),
    "SUSPENDED": Meaning(_RUNNING, "it is suspended"),
    "STOPPED": Meaning(_RUNNING, "it is stopped by a signal"),
    "RESIZING": Meaning(_RUNNING, "its size changes"),
    "SIGNALING": Meaning(_RUNNING, "it is being sent a signal"),
    "STAGE_OUT": Meaning(_RUNNING, "its data are staged out"),
    "COMPLETING": Meaning(_RUNNING, "it is ending"),
    "UPDATE_DB": Meaning(_RUNNING, "it is ending"),
    "COMPLETED": Meaning(_ENDED, "it completed", SlurmJobFailed),
    "FAILED": Meaning(_ENDED, "its program failed", SlurmJobFailed),
    "LAUNCH_FAILED": Meaning(_ENDED, "it could not be launched", SlurmNodeFailed),
    "RECONFIG_FAIL": Meaning(_ENDED, "its node could not be made ready", SlurmNodeFailed),
    "BOOT_FAIL": Meaning(_ENDED, "its node did not boot", SlurmNodeFailed),
    "NODE_FAIL": Meaning(_ENDED, "its node failed", SlurmNodeFailed),
    "PREEMPTED": Meaning(_ENDED, "another job took its place", SlurmNodeFailed),
    "REVOKED": Meaning(_ENDED, "another cluster of the federation took it", SlurmJobFailed),
    "CANCELLED": Meaning(_ENDED, "it was cancelled at the cluster", SlurmJobCancelled),
    "DEADLINE": Meaning(_ENDED, "it could not end before its deadline", SlurmJobFailed),
    "TIMEOUT": Meaning(_ENDED, "it reached its time limit", SlurmTimeLimit),
    "OUT_OF_MEMORY": Meaning(_ENDED, "it took more memory than it had", SlurmOutOfMemory),
}
"""By Slurm's name of the state."""

REASONS = {
    "JobHeldUser": "its user has put it on hold (scontrol release lets it go)",
    "JobHeldAdmin": "an administrator of the cluster has put it on hold",
    "BeginTime": "it may not begin yet; after the loss of a node the cluster waits a while",
    "ReqNodeNotAvail": "the nodes it needs are down, drained or reserved",
    "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions": (
        "the nodes it needs are down, drained or reserved"
    ),
    "PartitionDown": "its partition is down",
    "PartitionInactive": "its partition takes no jobs to run now",
    "PartitionNodeLimit": "it asks for more than its partition has",
    "PartitionTimeLimit": "it asks for more time than its partition allows",
    "QOSNotAllowed": "its QOS may not use the partition",
    "AssocGrpCpuLimit": "its account uses all the processors it may",
    "QOSMaxCpuPerUserLimit": "its user uses all the processors the QOS allows",
    "JobArrayTaskLimit": "as many elements of the array run as may",
    "BadConstraints": "no node has what its constraints name",
    "DependencyNeverSatisfied": "a job it depends on failed",
    "launch_failed_requeued_held": "it could not be launched, and is held",
}
"""Plain words for some of Slurm's reasons; others are shown as they are."""

UNKNOWN = Meaning(RunState.UNKNOWN, "its state is not one that is known here")


def meaning_of(states: Iterable[str]) -> Meaning:
    """Return what a job's states mean together: a base state, with flags beside it or alone.

    What still moves counts before what has ended: COMPLETED with COMPLETING is running, FAILED
    with REQUEUED waits. Of nothing, or of a name that is not in the table, nothing is known.
    """
    names = list(states)
    if not names or any(name not in MEANINGS for name in names):
        return UNKNOWN
    meanings = [MEANINGS[name] for name in names]
    for state in (_WAITING, _RUNNING):
        moving = [m for m in meanings if m.state is state]
        if moving:
            return moving[-1]
    return meanings[-1]


def reason_text(reason: str) -> str:
    """Return one of Slurm's reasons in plain words, with its own name."""
    plain = REASONS.get(reason)
    return f"{plain} ({reason})" if plain else reason
