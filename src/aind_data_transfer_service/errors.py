"""The errors a user can meet.

Each has a stable ``code``, says whether trying again can help by itself (``retryable``) and what
a person can do (``what_to_do``). Packages define their own errors beside the code that raises
them, as subclasses of the kinds below::

    TransferError
    ├── InvalidInput        the request or the data cannot be accepted as they are   (HTTP 406)
    │   └── SourceChanged   a source changed while it was being read
    ├── NotFound            no such job, task, log, preset …                         (HTTP 404)
    ├── Conflict            it contradicts something that already exists             (HTTP 409)
    ├── NotAllowed          the caller may not do this                               (HTTP 403)
    ├── Unavailable         something we depend on does not answer; try again        (HTTP 503)
    ├── StorageFull         no space left where data must be written
    ├── SettingsInvalid     the service is set up wrongly
    └── Defect              the service itself is wrong: report it                   (HTTP 500)
"""

import errno
from typing import Any, ClassVar


class TransferError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    message
        What was wrong and where (field, file, row), and what is allowed.
    what_to_do
        Overrides the class's advice.
    details
        Machine-readable values that go with the message; never secrets.
    """

    code: ClassVar[str] = "transfer_error"
    what_to_do_default: ClassVar[str] = "Read the message and the task's log."
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, what_to_do: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.what_to_do = what_to_do or self.what_to_do_default
        self.details = details

    def __str__(self) -> str:
        return self.message

    def as_dict(self) -> dict[str, Any]:
        """Return the error as result files, the database and the API carry it, in JSON's types."""
        return {
            "code": self.code,
            "message": _plain(self.message),
            "what_to_do": _plain(self.what_to_do),
            "retryable": self.retryable,
            "details": _plain(self.details),
        }


def _plain(value: Any) -> Any:
    """Return a value as JSON in UTF-8 can hold it; file names may have bytes that are neither."""
    match value:
        case str():
            return value.encode(errors="backslashreplace").decode()
        case dict():
            return {_plain(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case None | bool() | int() | float():
            return value
    return _plain(str(value))


class InvalidInput(TransferError):
    """The request, or the data it names, cannot be accepted as they are."""

    code = "invalid_input"
    what_to_do_default = "Correct what the message names and submit again."


class SourceChanged(InvalidInput):
    """A source changed while it was being read."""

    code = "source_changed"
    what_to_do_default = (
        "Wait until nothing writes to the folder. It is tried again by itself a few times; after"
        " that, retry the job."
    )
    retryable = True


class NotFound(TransferError):
    """There is no such thing."""

    code = "not_found"
    what_to_do_default = "Check the name or id."


class Conflict(TransferError):
    """It contradicts something that already exists."""

    code = "conflict"
    what_to_do_default = "Look at what is there first."


class NotAllowed(TransferError):
    """The caller may not do this."""

    code = "not_allowed"
    what_to_do_default = "Ask an administrator of the service."


class Unavailable(TransferError):
    """Something the service depends on does not answer now; trying again may help."""

    code = "unavailable"
    what_to_do_default = "It is tried again by itself; if it lasts, tell an administrator."
    retryable = True


class StorageFull(TransferError):
    """No space is left where data must be written."""

    code = "disk_full"
    what_to_do_default = "Free space there, then retry the job: finished work is kept."

    @classmethod
    def from_os_error(cls, error: OSError) -> "StorageFull | None":
        """Translate "no space left" and "quota exceeded"; None for any other error."""
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return None
        return cls(f"No space left for {error.filename or 'a file'}: {error.strerror}.")


class SettingsInvalid(TransferError):
    """The service is set up wrongly."""

    code = "settings_invalid"
    what_to_do_default = "Correct the settings named; `aind-data-transfer doctor` checks them."


class Defect(TransferError):
    """The service itself did something wrong."""

    code = "internal_error"
    what_to_do_default = "Report this with the job's id: it is a defect of the service."
