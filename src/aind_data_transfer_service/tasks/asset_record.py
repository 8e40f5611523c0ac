"""Writes the asset's record, ``metadata.nd.json``, into the document store."""

import logging
from contextlib import closing
from typing import Any

from ..errors import NotFound, TransferError
from ..metadata.files import RECORD, Document, read_document
from ..records.changes import linked
from ..records.open import open_record_store
from .polled import PolledContext

logger = logging.getLogger(__name__)

CODE_OCEAN = "Code Ocean"
"""Code Ocean's name among the ``external_links`` of a record."""


class RecordMissing(NotFound):
    """The record that is to go into the document store is not in the staging folder."""

    code = "record_missing"
    what_to_do_default = (
        "The asset itself is safe. Submit the session again with force_cloud_sync to have its"
        " record made and written."
    )


def write_record(ctx: PolledContext, asset_id: str | None) -> dict[str, Any]:
    """Write the record, with a link to the asset in Code Ocean; return what is worth showing.

    Where a setting says that jobs go on without it, a failure that is not tried again is a warning.
    """
    links = {} if asset_id is None else {CODE_OCEAN: asset_id}
    try:
        record = linked(_record(ctx), links)
        with closing(open_record_store(ctx.documents)) as records:
            kept, place = records.put(record), records.place
    except TransferError as problem:
        if not ctx.documents.go_on_without or ctx.spec.tried_again(problem):
            raise
        warning = f"The record is not in the document store: {problem.message}"
        logger.warning("%s", warning)
        return {"record": None, "warnings": [warning]}
    what = "Added" if kept.created else "Changed"
    logger.info("%s the record %s at %s", what, kept.id, place)
    return {"record": {"id": kept.id, "created": kept.created, "place": place}}


def _record(ctx: PolledContext) -> Document:
    try:
        return read_document(ctx.staging / RECORD)
    except FileNotFoundError as problem:
        raise RecordMissing(f"{ctx.staging / RECORD} is not there any more.") from problem
