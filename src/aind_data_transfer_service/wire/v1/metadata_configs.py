"""Settings of the step that gathers the metadata, ``metadata_configs`` of a job.

Shapes as in ``aind-metadata-mapper`` 0.29.3.
"""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from typing_extensions import TypedDict

from ..vocabulary import Modality
from .base import WireModel
from .fields import PathText
from .institutions import InstitutionField
from .session_settings import AcquisitionSettings, SessionSettings


class SubjectSettings(TypedDict):
    """Which subject to ask the metadata service about."""

    subject_id: str
    metadata_service_path: str


class ProceduresSettings(TypedDict):
    """Whose procedures to ask the metadata service about."""

    subject_id: str
    metadata_service_path: str


class RawDataDescriptionSettings(TypedDict, total=False):
    """What goes into ``data_description.json``; only ``institution`` is the user's to choose."""

    name: str
    project_name: str
    modality: list[Modality]
    institution: InstitutionField
    metadata_service_path: str


class ProcessingSettings(WireModel):
    """The processes to record."""

    pipeline_process: dict[str, Any]


class RigSettings(WireModel):
    """Which rig to ask the metadata service about."""

    rig_id: str
    metadata_service_path: str = "rig"


class InstrumentSettings(WireModel):
    """Which instrument to ask the metadata service about."""

    instrument_id: str
    metadata_service_path: str = "instrument"


class MetadataSettings(WireModel):
    """Where the parts of the joint metadata record lie."""

    name: str
    location: str | None = None
    location_map: dict[str, str] | None = None
    subject_filepath: PurePosixPath | None = None
    data_description_filepath: PurePosixPath | None = None
    procedures_filepath: PurePosixPath | None = None
    session_filepath: PurePosixPath | None = None
    rig_filepath: PurePosixPath | None = None
    processing_filepath: PurePosixPath | None = None
    acquisition_filepath: PurePosixPath | None = None
    instrument_filepath: PurePosixPath | None = None
    quality_control_filepath: PurePosixPath | None = None


def _overwritten(_: object) -> None:
    """Forget what the user gave, whatever it was: it is always the job's own value."""


def _institution_only(value: object) -> object:
    if isinstance(value, Mapping):
        institution = value.get("institution")
    else:
        institution = getattr(value, "institution", None)
    return None if institution is None else {"institution": institution}


class GatherMetadataJobSettings(WireModel):
    """What to gather and from where; the job fills in its own subject, name and folders."""

    job_settings_name: Literal["GatherMetadata"] = "GatherMetadata"
    metadata_service_domain: str | None = None
    subject_settings: Annotated[SubjectSettings | None, BeforeValidator(_overwritten)] = None
    session_settings: SessionSettings | None = None
    acquisition_settings: AcquisitionSettings | None = None
    raw_data_description_settings: Annotated[
        RawDataDescriptionSettings | None, BeforeValidator(_institution_only)
    ] = None
    procedures_settings: Annotated[ProceduresSettings | None, BeforeValidator(_overwritten)] = None
    processing_settings: ProcessingSettings | None = None
    rig_settings: RigSettings | None = None
    instrument_settings: InstrumentSettings | None = None
    metadata_settings: MetadataSettings | None = None
    directory_to_write_to: Annotated[str | None, BeforeValidator(_overwritten)] = None
    metadata_dir: PathText | None = None
    metadata_dir_force: bool | None = None
