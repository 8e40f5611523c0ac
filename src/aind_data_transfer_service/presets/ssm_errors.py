"""What Parameter Store or the way to it can say, in our own errors.

Codes: AWS Systems Manager API reference, "Common errors" and those of each action.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
)

from ..errors import TransferError
from ..ports.preset_store import (
    PresetConflict,
    PresetInvalid,
    PresetStoreRefused,
    PresetStoreUnavailable,
    PresetUnknown,
)

_KINDS: dict[str, type[TransferError]] = {
    "ParameterNotFound": PresetUnknown,
    "ParameterVersionNotFound": PresetUnknown,
    "ParameterAlreadyExists": PresetConflict,
    "ValidationException": PresetInvalid,
    "HierarchyLevelLimitExceededException": PresetInvalid,
    "TooManyUpdates": PresetStoreUnavailable,
    "ThrottlingException": PresetStoreUnavailable,
    "RequestLimitExceeded": PresetStoreUnavailable,
}
_FIRST_SERVER_ERROR = 500


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn boto3's errors into those of the port; ``action`` says what was attempted."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        code = said.get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        passing = status >= _FIRST_SERVER_ERROR
        kind = _KINDS.get(code, PresetStoreUnavailable if passing else PresetStoreRefused)
        raise kind(f"Cannot {action}: {code}: {said.get('Message')}", store_code=code) from error
    except NoCredentialsError as error:
        raise PresetStoreRefused(f"Cannot {action}: there are no credentials.") from error
    except NoRegionError as error:
        raise PresetStoreRefused(f"Cannot {action}: no AWS region is set.") from error
    except BotoCoreError as error:
        raise PresetStoreUnavailable(f"Cannot {action}: {error}") from error
