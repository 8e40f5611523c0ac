"""The settings of ``remove_source_folders``, with the first service's names."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import ConfigDict, ValidationError

from ..domain.plan import Frozen
from ..errors import InvalidInput


class RemovalSettingsInvalid(InvalidInput):
    """A setting that the removal of sources does not know, or not so."""

    code = "removal_settings_invalid"
    what_to_do_default = "Correct the setting in the preset or the request, then submit again."


class SourceRemovalSettings(Frozen):
    """What is removed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    dry_run: bool = True
    """Compare everything, tell what would be removed, and remove nothing."""
    modalities_to_delete: list[str] | None = None
    """Abbreviations; None: all that are uploaded as they are."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Read a task's settings; raises `RemovalSettingsInvalid`."""
        try:
            return cls.model_validate(dict(settings))
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"]))
            raise RemovalSettingsInvalid(
                f"{place}: {fault['msg']}. Allowed: {', '.join(cls.model_fields)}.", field=place
            ) from error
