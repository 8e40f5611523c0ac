"""What a request may contain by mistake although the V1 API accepts it."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from ..problems import Loc, Problem, field_path, nearest_of
from ..unknown_fields import unknown_fields
from .codeocean import CodeOceanPipelineMonitorConfigs, DataAssetParams
from .fields import BucketType, map_bucket
from .metadata_configs import GatherMetadataJobSettings
from .modality_configs import ModalityConfigs
from .request import SubmitJobRequest
from .slurm import V0036JobProperties
from .trigger import TriggerConfigModel
from .upload_job import BasicUploadJobConfigs

_MODALITY_PARTS: dict[str, type[BaseModel]] = {"slurm_settings": V0036JobProperties}
_JOB_PARTS: dict[str, type[BaseModel]] = {
    "metadata_configs": GatherMetadataJobSettings,
    "trigger_capsule_configs": TriggerConfigModel,
    "codeocean_configs": CodeOceanPipelineMonitorConfigs,
}
_CODE_OCEAN_PARTS: dict[str, type[BaseModel]] = {"register_data_settings": DataAssetParams}


def find_warnings(content: object) -> tuple[Problem, ...]:
    """Return what looks like a mistake in a request that `parse_request` accepted.

    Parameters
    ----------
    content
        The request as the user sent it, as `parse_json` returns it.
    """
    return tuple(_in_request(content))


def _in_request(content: object) -> Iterator[Problem]:
    if not isinstance(content, Mapping):
        return
    yield from unknown_fields(content, SubmitJobRequest, ())
    for index, job in _items(content.get("upload_jobs")):
        yield from _in_job(job, ("upload_jobs", index))


def _in_job(job: Mapping[str, object], loc: Loc) -> Iterator[Problem]:
    yield from unknown_fields(job, BasicUploadJobConfigs, loc)
    yield from _unknown_bucket(job.get("s3_bucket"), (*loc, "s3_bucket"))
    yield from _in_parts(job, _JOB_PARTS, loc)
    for index, modality in _items(job.get("modalities")):
        place = (*loc, "modalities", index)
        yield from unknown_fields(modality, ModalityConfigs, place)
        yield from _in_parts(modality, _MODALITY_PARTS, place)
    code_ocean = job.get("codeocean_configs")
    if isinstance(code_ocean, Mapping):
        yield from _in_parts(code_ocean, _CODE_OCEAN_PARTS, (*loc, "codeocean_configs"))


def _in_parts(
    owner: Mapping[str, object], parts: Mapping[str, type[BaseModel]], loc: Loc
) -> Iterator[Problem]:
    for name, model in parts.items():
        part = owner.get(name)
        if isinstance(part, Mapping):
            yield from unknown_fields(part, model, (*loc, name))


def _items(value: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping):
            yield index, item


def _unknown_bucket(value: object, loc: Loc) -> Iterator[Problem]:
    if value in (None, "", BucketType.DEFAULT) or map_bucket(value) != BucketType.DEFAULT:
        return
    field = field_path(loc)
    allowed = tuple(BucketType)
    yield Problem(
        code="bucket_unknown",
        loc=loc,
        field=field,
        message=f"{field} {value!r} is not known; the default bucket is used."
        f" Known: {', '.join(allowed)}",
        value=value if isinstance(value, str) else repr(value),
        allowed=allowed,
        nearest=nearest_of(str(value), allowed),
    )
