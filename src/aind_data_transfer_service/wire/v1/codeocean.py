"""Registration of the asset in Code Ocean and the pipelines to run on it.

Shapes as in ``aind-codeocean-pipeline-monitor`` 0.11.2 and ``codeocean`` 0.13.0.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from typing_extensions import TypedDict

from ..problems import problem_error
from .base import ClosedModel, IgnoringModel, WireModel

_MOST_TAGS = 10


class DataAssetsRunParam(ClosedModel):
    """An asset a run takes as input; an empty ``id`` means the one just registered."""

    id: str
    mount: str | None = None


class NamedRunParam(ClosedModel):
    """A named parameter of a run."""

    param_name: str
    value: str


class PipelineProcessParams(ClosedModel):
    """The parameters of one process of a pipeline."""

    name: str
    parameters: list[str] | None = None
    named_parameters: list[NamedRunParam] | None = None


class RunParams(ClosedModel):
    """A run of a capsule or of a pipeline."""

    capsule_id: str | None = None
    pipeline_id: str | None = None
    version: int | None = None
    resume_run_id: str | None = None
    nextflow_profile: str | None = None
    data_assets: list[DataAssetsRunParam] | None = None
    parameters: list[str] | None = None
    named_parameters: list[NamedRunParam] | None = None
    processes: list[PipelineProcessParams] | None = None


class AWSS3Source(TypedDict):
    """An asset's place in S3; ``bucket`` is a `BucketType`, which the service maps."""

    bucket: str
    prefix: str
    keep_on_external_storage: bool
    public: bool


class Source(TypedDict):
    """Where an asset comes from."""

    aws: AWSS3Source


class AWSS3Target(ClosedModel):
    """A bucket that takes results."""

    bucket: str
    endpoint_name: str | None = None
    prefix: str | None = None


class Target(ClosedModel):
    """Where results go."""

    aws: AWSS3Target | None = None


def _overwritten(_: object) -> None:
    """Forget what the user gave: an asset's source is always the job's own place in S3."""


def _require_few_tags(tags: list[str]) -> list[str]:
    if len(tags) > _MOST_TAGS:
        raise problem_error("too_many_tags", f"Tags can only have a max of {_MOST_TAGS} items!")
    return tags


class DataAssetParams(IgnoringModel):
    """How the asset is registered; an empty ``name`` or ``mount`` means the asset's name."""

    name: str
    tags: Annotated[list[str], AfterValidator(_require_few_tags)]
    mount: str
    description: str | None = None
    source: Annotated[Source | None, BeforeValidator(_overwritten)] = None
    target: Target | None = None
    custom_metadata: dict[str, Any] | None = None
    data_asset_ids: list[str] | None = None
    results_info: dict[str, Any] | None = None


class UserPermissions(ClosedModel):
    """What one user may do with an asset."""

    email: str
    role: Literal["owner", "editor", "viewer"]


class GroupPermissions(ClosedModel):
    """What a group may do with an asset."""

    group: str
    role: Literal["owner", "editor", "viewer", "discoverable"]


class Permissions(ClosedModel):
    """Who may do what with an asset."""

    users: list[UserPermissions] | None = None
    groups: list[GroupPermissions] | None = None
    everyone: Literal["viewer", "discoverable", "none"] | None = None
    share_assets: bool | None = None


class DocDbSettings(ClosedModel):
    """How the captured results are recorded in the document database."""

    docdb_api_gateway: str
    docdb_version: str = "v1"
    docdb_database: str | None = None
    docdb_collection: str | None = None
    results_bucket: str


class CaptureSettings(ClosedModel):
    """How the results of a run become an asset; name and mount are decided after the run."""

    name: str | None = None
    tags: list[str]
    mount: str | None = None
    description: str | None = None
    source: None = None
    target: Target | None = None
    custom_metadata: dict[str, Any] | None = None
    data_asset_ids: list[str] | None = None
    results_info: dict[str, Any] | None = None
    data_description_file_name: Literal["data_description.json"] = "data_description.json"
    process_name_suffix: str | None = "processed"
    process_name_suffix_tz: str | None = "UTC"
    permissions: Permissions = Field(default_factory=lambda: Permissions(everyone="viewer"))
    docdb_settings: DocDbSettings | None = None


class PipelineMonitorSettings(ClosedModel):
    """One run to start, watch and capture; intervals and time-outs in seconds."""

    alert_url: str | None = None
    computation_polling_interval: float = 180.0
    computation_timeout: float | None = None
    data_asset_ready_polling_interval: float = 10.0
    data_asset_ready_timeout: float | None = None
    run_params: RunParams
    capture_settings: CaptureSettings | None = None

    @field_validator("computation_timeout", "data_asset_ready_timeout")
    @classmethod
    def _require_more_than_interval(
        cls, timeout: float | None, info: ValidationInfo
    ) -> float | None:
        interval_name = f"{str(info.field_name).removesuffix('timeout')}polling_interval"
        interval = info.data.get(interval_name)
        if timeout is not None and interval is not None and timeout <= interval:
            raise problem_error(
                "timeout_too_short",
                f"{info.field_name} {timeout} is not greater than {interval_name} {interval}!",
            )
        return timeout


class CodeOceanPipelineMonitorConfigs(WireModel):
    """What Code Ocean does once the asset is in the cloud.

    ``pipeline_monitor_capsule_settings``: None means the defaults of ``job_type``, an empty list
    no pipeline, a list these pipelines. ``pipeline_monitor_capsule_id`` likewise: None the
    default, an empty text no request.
    """

    capture_results_to_default_bucket: bool = True
    job_type: str | None = None
    pipeline_monitor_capsule_id: str | None = None
    pipeline_monitor_capsule_settings: (
        Annotated[list[PipelineMonitorSettings], Field(max_length=5)] | None
    ) = None
    # Built anew for each job, see `derived`; None only where none was given.
    register_data_settings: DataAssetParams | None = None
