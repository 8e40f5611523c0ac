"""Finds the manifest of an uploaded asset."""

from collections.abc import Iterator
from pathlib import Path

from ...db.database import Database
from ...domain.manifest import MANIFEST_NAME, Manifest, ManifestEntry
from ...domain.pipeline import TaskId
from ...domain.plan import UNMAPPED
from ...domain.states import TaskState
from ...errors import NotFound
from ...settings import Settings
from ...tasks.upload_journal import JOURNAL_FILE, journal_entries
from ..repositories import Jobs
from ..stores import open_asset_store


class NotUploadedYet(NotFound):
    """The asset has no manifest, because its upload has not ended."""

    code = "not_uploaded_yet"
    what_to_do_default = "Wait until the upload has ended."


def find_manifest(database: Database, settings: Settings, job_id: str) -> Path | Iterator[bytes]:
    """Return the manifest: the file that the upload left, else what is kept with the asset.

    Raises `JobUnknown`, `NotUploadedYet`, and what the store raises.
    """
    with database.read() as session:
        jobs = Jobs(session)
        job = jobs.get(job_id)
        upload = jobs.find_task(job_id, TaskId.UPLOAD_DATA_TO_S3, UNMAPPED)
    if upload.state != TaskState.SUCCESS:
        raise NotUploadedYet(f"The upload of job {job_id} is {upload.state}, not done.")
    path = settings.work_root / job_id / MANIFEST_NAME
    if path.is_file():
        return path
    return open_asset_store(job.storage_url, settings.s3).read(f"{job.asset_name}/{MANIFEST_NAME}")


def asset_entries(database: Database, settings: Settings, job_id: str) -> list[ManifestEntry]:
    """Return the files of an uploaded asset; without sizes where this process sees no more.

    Raises as `find_manifest` does, and `ManifestInvalid`.
    """
    journal = settings.work_root / job_id / JOURNAL_FILE
    manifest = find_manifest(database, settings, job_id)
    if journal.is_file():
        known = journal_entries(journal)
        return [known[path] for path in sorted(known)]
    data = manifest.read_bytes() if isinstance(manifest, Path) else b"".join(manifest)
    return list(Manifest.from_bytes(data))
