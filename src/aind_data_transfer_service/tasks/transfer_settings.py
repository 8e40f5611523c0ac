"""The settings of ``upload_data_to_s3`` and ``verify_upload``."""

import logging
from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, ValidationError

from ..domain.plan import Frozen
from ..errors import InvalidInput

logger = logging.getLogger(__name__)


class TransferSettings(Frozen):
    """How hard to work."""

    concurrency: int = Field(default=8, ge=1, le=64)
    """Small files in flight at once."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Take from a task's settings those that are known, and log the others.

        Presets written for other uploaders carry settings that mean nothing here.
        """
        unknown = sorted(settings.keys() - cls.model_fields.keys())
        if unknown:
            logger.warning("Settings without effect here: %s", ", ".join(unknown))
        try:
            return cls.model_validate({k: v for k, v in settings.items() if k not in unknown})
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"]))
            raise InvalidInput(
                f"The setting {place} is {fault['input']!r}: {fault['msg']}.", field=place
            ) from error
