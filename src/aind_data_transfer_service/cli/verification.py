"""Checking an asset that lies somewhere against the manifest that lies with it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TransferSpeedColumn

from ..errors import InvalidInput, NotFound
from ..ports.object_store import ObjectMissing
from ..settings import S3Settings
from ..storage.verify import VerifyMode, VerifyReport, load_manifest, verify_asset
from .storage import open_bucket


class LocationInvalid(InvalidInput):
    """Text that names no place where an asset could be."""

    code = "location_invalid"
    what_to_do_default = "Write s3://bucket/asset, file:///folder/asset or a folder's path."


class AssetHasNoManifest(NotFound):
    """There is no manifest with the asset, or no asset."""

    code = "asset_has_no_manifest"
    what_to_do_default = "Check the location; only assets uploaded by this service have a manifest."


@dataclass(frozen=True, slots=True)
class AssetPlace:
    """Where an asset lies: a store, and its folder in it."""

    location: str
    storage_url: str
    prefix: str
    """With its slash."""


def asset_place(location: str) -> AssetPlace:
    """Read a URL or a path; raises `LocationInvalid`."""
    parts = urlsplit(location)
    if parts.scheme == "s3":
        name = parts.path.strip("/")
        if not (parts.netloc and name):
            raise LocationInvalid(f"{location!r} names no folder of a bucket.")
        return AssetPlace(location, f"s3://{parts.netloc}", f"{name}/")
    if parts.scheme not in ("file", "") or parts.netloc:
        raise LocationInvalid(f"{location!r} is neither an s3:// nor a file:/// URL, nor a path.")
    folder = Path(unquote(parts.path) if parts.scheme else location).absolute()
    if folder == folder.parent:
        raise LocationInvalid(f"{location!r} is the root of the file system.")
    return AssetPlace(location, folder.parent.as_uri(), f"{folder.name}/")


def verify_place(place: AssetPlace, s3: S3Settings, mode: VerifyMode, out: Console) -> VerifyReport:
    """Compare every object of an asset with its manifest, showing how far it is in a terminal.

    Raises `AssetHasNoManifest`, and what the store raises.
    """
    store = open_bucket(place.storage_url, s3)
    try:
        manifest = load_manifest(store, place.prefix)
    except ObjectMissing as missing:
        raise AssetHasNoManifest(
            f"There is no manifest-sha256.txt in {place.location}."
        ) from missing
    columns = (SpinnerColumn(), TextColumn("Verifying"), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("", total=None)
        return verify_asset(
            store,
            place.prefix,
            manifest,
            mode=mode,
            progress=lambda amount: bar.advance(task, amount),
        )
