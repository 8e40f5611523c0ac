"""What can go wrong between a client and the service."""

from typing import Any

from ..errors import NotFound, TransferError, Unavailable

_INVALID_INPUT = {400, 406, 413, 422}
"""HTTP statuses that blame what was sent."""


class ServiceUnreachable(Unavailable):
    """No answer came from where the service should be."""

    code = "service_unreachable"
    what_to_do_default = (
        "Check the address (--server or AIND_DATA_TRANSFER_SERVER) and that the service runs"
        " there (`aind-data-transfer up`)."
    )


class RequestRefused(TransferError):
    """The service answered with an error, whose ``code`` and advice are kept."""

    code = "request_refused"
    what_to_do_default = "Read the message; if it does not help, ask an administrator."

    def __init__(
        self,
        message: str,
        *,
        status: int,
        service_code: str | None = None,
        what_to_do: str | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message, what_to_do=what_to_do, status=status, **details)
        self.status = status
        self.service_code = service_code or self.code

    @property
    def is_invalid_input(self) -> bool:
        """Whether what was sent is at fault."""
        return self.status in _INVALID_INPUT

    def as_dict(self) -> dict[str, Any]:
        """Return the error with the code that the service gave it."""
        return {**super().as_dict(), "code": self.service_code}


class StillRunning(TransferError):
    """A job has not ended within the time given."""

    code = "still_running"
    what_to_do_default = "The job goes on by itself; wait for it again, or look at it later."


class PresetRevisionUnknown(NotFound):
    """The history of a preset has no value of that revision."""

    code = "preset_revision_unknown"
    what_to_do_default = "Look at its revisions: `aind-data-transfer presets history`."


class TaskNotInJob(NotFound):
    """The job has no such task."""

    code = "task_not_in_job"
    what_to_do_default = "Name one of its tasks."
