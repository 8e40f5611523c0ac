"""What the service itself knows of a session, where no other source of metadata is set up."""

from collections.abc import Mapping
from typing import Any

from ..domain.plan import JobPlan
from ..ports.metadata_source import Gathered, GatherRequest
from .data_description import ASSUMED, data_description
from .files import DATA_DESCRIPTION, Document

NEEDS_MAPPER = {
    "session_settings": "session.json",
    "acquisition_settings": "acquisition.json",
    "rig_settings": "rig.json",
    "instrument_settings": "instrument.json",
    "processing_settings": "processing.json",
}
"""Settings that only the mapper can follow → the file that they are for."""


class BuiltinSource:
    """Gathers nothing: says what cannot be gathered."""

    name = "built-in"

    def gather(self, request: GatherRequest) -> Gathered:
        """Return nothing but what the settings ask for in vain; see `MetadataSource`."""
        return Gathered(
            {},
            tuple(
                f"{file} is not gathered: {setting} needs aind-metadata-mapper, which is not set up"
                for setting, file in NEEDS_MAPPER.items()
                if request.settings.get(setting) and file not in request.given
            ),
        )


def own_description(
    plan: JobPlan, settings: Mapping[str, Any]
) -> tuple[Document | None, list[str]]:
    """Return the data description that the request alone makes, and what is doubtful about it."""
    document = data_description(plan, settings)
    if document is None:
        return None, [f"{DATA_DESCRIPTION} is missing: it cannot be written without a platform"]
    return document, [
        f"{DATA_DESCRIPTION}: {field} is not known and was assumed" for field in ASSUMED
    ]
