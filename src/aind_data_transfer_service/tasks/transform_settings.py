"""The job_settings of a modality as its transform takes them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..domain.plan import ModalityPlan
from ..errors import InvalidInput

_Model = TypeVar("_Model", bound=BaseModel)


class TransformSettingsInvalid(InvalidInput):
    """The job_settings of a modality are not those of its transform."""

    code = "transform_settings_invalid"
    what_to_do_default = "Correct the modality's job_settings and submit again."


def validated(model: type[_Model], modality: ModalityPlan, settings: Mapping[str, Any]) -> _Model:
    """Return the settings; raises `TransformSettingsInvalid` with what is allowed."""
    try:
        return model.model_validate(dict(settings))
    except ValidationError as refused:
        problems = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'settings'}: {error['msg']}"
            for error in refused.errors()
        )
        raise TransformSettingsInvalid(
            f"job_settings of {modality.abbreviation}: {problems}."
            f" Allowed: {', '.join(model.model_fields)}.",
            modality=modality.abbreviation,
        ) from refused
