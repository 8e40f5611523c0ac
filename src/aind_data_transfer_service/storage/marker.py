"""The object that says: this asset is being uploaded and is not whole yet."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ValidationError

from ..ports.object_store import ObjectMissing, ObjectStore

MARKER_NAME = "upload-in-progress.json"
"""The marker's name in the asset's folder."""

_NOTE = (
    "This asset is not whole: an upload is under way or broke off."
    " The upload removes this file when it has come to its end."
)


class UploadMarker(BaseModel):
    """Which job is uploading an asset, and since when."""

    job_id: str
    service_version: str
    started: AwareDatetime
    note: str = _NOTE


def put_marker(store: ObjectStore, prefix: str, *, job_id: str, service_version: str) -> None:
    """Mark the asset as not whole."""
    marker = UploadMarker(job_id=job_id, service_version=service_version, started=datetime.now(UTC))
    store.put_bytes(prefix + MARKER_NAME, marker.model_dump_json(indent=2).encode() + b"\n")


def find_marker(store: ObjectStore, prefix: str) -> UploadMarker | None:
    """Return the asset's marker; None if there is none."""
    try:
        data = b"".join(store.read(prefix + MARKER_NAME))
    except ObjectMissing:
        return None
    try:
        return UploadMarker.model_validate_json(data)
    except ValidationError:
        return None


def remove_marker(store: ObjectStore, prefix: str) -> None:
    """Say that the asset is whole."""
    store.delete(prefix + MARKER_NAME)
