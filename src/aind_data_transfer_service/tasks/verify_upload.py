"""Proves that the store holds every file of the asset, whole and right."""

import logging
import time
from pathlib import Path

from ..domain.manifest import MANIFEST_NAME, Manifest
from ..errors import NotFound, SettingsInvalid, TransferError
from ..storage.verify import VerifyMode, VerifyReport, verify_asset
from .context import Done, TaskContext
from .spec import TaskSpec
from .transfer_settings import TransferSettings
from .upload_journal import JOURNAL_FILE, forget, journal_entries

logger = logging.getLogger(__name__)

_IN_MESSAGE = 20
_IN_DETAILS = 1000


class UploadMismatch(TransferError):
    """Objects in the store are not what was uploaded."""

    code = "upload_mismatch"
    what_to_do_default = (
        "Retry the job from upload_data_to_s3: the objects named are sent again, the others kept."
    )


class ManifestMissing(NotFound):
    """There is no manifest to compare the store with."""

    code = "manifest_missing"
    what_to_do_default = "Retry the job from upload_data_to_s3, which writes it."


def run(ctx: TaskContext) -> Done:
    """Compare the store with the manifest of the upload."""
    started = time.monotonic()
    settings = TransferSettings.of(ctx.spec.settings)
    store = ctx.store()
    mode = verify_mode(ctx.spec)
    manifest = uploaded_manifest(ctx.job_folder)
    ctx.progress.set(0, manifest.total_bytes)
    report = verify_asset(
        store,
        ctx.spec.prefix,
        manifest,
        mode=mode,
        progress=ctx.progress.add,
        concurrency=settings.concurrency,
    )
    if report.unexpected_objects:
        logger.warning(
            "%d objects that the manifest does not list, first %s",
            report.unexpected_objects,
            ", ".join(map(repr, report.unexpected_names)),
        )
    if not report.good:
        wrong = {mismatch.path for mismatch in report.mismatches}
        forget(ctx.job_folder, lambda entry: entry.path in wrong)
        raise _mismatch(f"{store.url}/{ctx.spec.prefix}", report)
    return Done(
        {
            "files": report.files,
            "bytes": report.bytes,
            "seconds": round(time.monotonic() - started, 3),
            "mode": mode.value,
            "read_back": report.read_back,
            "checked_by_server": report.by_server,
            "unexpected_objects": report.unexpected_objects,
            "unexpected_names": report.unexpected_names,
        }
    )


def uploaded_manifest(job_folder: Path) -> Manifest:
    """Return the manifest of a job's upload, with sizes and times from the journal.

    Raises `ManifestMissing`.
    """
    path = job_folder / MANIFEST_NAME
    if not path.exists():
        raise ManifestMissing(f"There is no manifest {path}.")
    journal = journal_entries(job_folder / JOURNAL_FILE)
    manifest = Manifest.from_bytes(path.read_bytes())
    sent = (journal.get(entry.path, entry) for entry in manifest)
    return Manifest.of(
        known if known.sha256 == entry.sha256 else entry
        for entry, known in zip(manifest, sent, strict=True)
    )


def verify_mode(spec: TaskSpec) -> VerifyMode:
    """Settle ``auto``: the server's checksums are trusted where it is Amazon's own.

    Other servers were seen to give checksums that they never checked, or that are stale.
    """
    wanted = spec.storage.verify
    if wanted != "auto":
        try:
            return VerifyMode(wanted)
        except ValueError:
            raise SettingsInvalid(
                f"storage.verify is {wanted!r}; allowed are auto, server and read."
            ) from None
    amazon = spec.plan.storage_url.startswith("s3://") and spec.storage.endpoint_url is None
    return VerifyMode.SERVER if amazon else VerifyMode.READ


def _mismatch(location: str, report: VerifyReport) -> UploadMismatch:
    faults = [str(mismatch) for mismatch in report.mismatches]
    if report.unfinished:
        faults.insert(0, "the marker of an unfinished upload is there")
    more = len(faults) - _IN_MESSAGE
    return UploadMismatch(
        f"{len(faults)} of {report.files} files in {location} are not as uploaded: "
        f"{'; '.join(faults[:_IN_MESSAGE])}{f'; and {more} more' if more > 0 else ''}.",
        mismatches=[
            {
                "key": mismatch.key,
                "fault": mismatch.fault.value,
                "expected": mismatch.expected,
                "found": mismatch.found,
            }
            for mismatch in report.mismatches[:_IN_DETAILS]
        ],
        unfinished=report.unfinished,
    )
