"""Settings of the metadata extractors that a request may carry.

Shapes and defaults as in ``aind-metadata-mapper`` 0.29.3. Values that come from a settings file
are not read here: the file belongs to the task that runs the extractor. Nor are directories looked
for, which the reference did on the web server for Mesoscope.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    Discriminator,
    Field,
    SerializeAsAny,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from .base import WireModel
from .fields import PathText

SessionSettingsName = Literal["Bergamo", "Bruker", "FiberPhotometry", "Mesoscope", "OpenEphys"]


class ExtractorSettings(WireModel):
    """What all extractors take."""

    input_source: PathText | list[PathText] | None = None
    output_directory: PathText | None = None
    user_settings_config_file: PathText | None = None


class BergamoSettings(ExtractorSettings):
    """A session at a Bergamo microscope; wavelengths in nm, depth in µm, coordinates in mm."""

    job_settings_name: Literal["Bergamo"] = "Bergamo"
    experimenter_full_name: list[str]
    subject_id: str
    imaging_laser_wavelength: int
    fov_imaging_depth: int
    fov_targeted_structure: str
    notes: str | None
    mouse_platform_name: str = "Standard Mouse Tube"
    active_mouse_platform: bool = False
    session_type: str = "BCI"
    iacuc_protocol: str = "2109"
    rig_id: str = "442 Bergamo 2p photostim"
    behavior_camera_names: list[str] = Field(default=["Side Face Camera", "Bottom Face Camera"])
    ch1_filter_names: list[str] = Field(default=["Green emission filter", "Emission dichroic"])
    ch1_detector_name: str = "Green PMT"
    ch1_daq_name: str = "PXI"
    ch2_filter_names: list[str] = Field(default=["Red emission filter", "Emission dichroic"])
    ch2_detector_name: str = "Red PMT"
    ch2_daq_name: str = "PXI"
    imaging_laser_name: str = "Chameleon Laser"
    photostim_laser_name: str = "Monaco Laser"
    stimulus_device_names: list[str] = Field(default=["speaker", "lickport"])
    photostim_laser_wavelength: int = 1040
    fov_coordinate_ml: Decimal = Decimal("1.5")
    fov_coordinate_ap: float = 1.5
    fov_reference: str = "Bregma"
    starting_lickport_position: list[float] = Field(default=[0.0, -6.0, 0.0])
    behavior_task_name: str = "single neuron BCI conditioning"
    hit_rate_trials_0_10: float | None = None
    hit_rate_trials_20_40: float | None = None
    total_hits: float | None = None
    average_hit_rate: float | None = None
    trial_num: float | None = None
    timezone: str = "US/Pacific"


class BrukerSettings(ExtractorSettings):
    """A session at a Bruker scanner; magnetic strength in tesla."""

    job_settings_name: Literal["Bruker"] = "Bruker"
    data_path: PathText | None = None
    experimenter_full_name: list[str]
    protocol_id: str = ""
    collection_tz: str = "America/Los_Angeles"
    session_type: str
    primary_scan_number: int
    setup_scan_number: int
    scanner_name: str
    scan_location: str
    magnetic_strength: int
    subject_id: str
    iacuc_protocol: str
    session_notes: str


class FiberPhotometrySettings(ExtractorSettings):
    """A fiber photometry session; weights in g."""

    job_settings_name: Literal["FiberPhotometry"] = "FiberPhotometry"
    experimenter_full_name: list[str]
    session_start_time: datetime | None = None
    session_end_time: datetime | None = None
    subject_id: str
    rig_id: str
    mouse_platform_name: str
    active_mouse_platform: bool
    data_streams: list[dict[str, Any]]
    session_type: str = "FIB"
    iacuc_protocol: str
    notes: str
    anaesthesia: str | None = None
    animal_weight_post: float | None = None
    animal_weight_prior: float | None = None
    protocol_id: list[str] = Field(default=[])
    data_directory: PathText | None = None
    local_timezone: str = "America/Los_Angeles"
    output_filename: str = "session_fip.json"


class MesoscopeSettings(ExtractorSettings):
    """A session at a mesoscope; coordinates in mm."""

    job_settings_name: Literal["Mesoscope"] = "Mesoscope"
    input_source: PathText
    session_id: str
    behavior_source: PathText
    make_camsitm_dir: bool = False
    output_directory: PathText
    session_start_time: datetime
    session_end_time: datetime
    subject_id: str
    project: str
    iacuc_protocol: str = "2115"
    magnification: str = "16x"
    fov_coordinate_ml: float = 1.5
    fov_coordinate_ap: float = 1.5
    fov_reference: str = "Bregma"
    experimenter_full_name: list[str]
    mouse_platform_name: str = "disc"
    optional_output: PathText | None = None
    lims_project_code: str | None = ""


def _opto_conditions() -> dict[str, dict[str, Any]]:
    """Return the stimuli of an optotagging session by their number; durations in seconds."""
    conditions = [
        (1.0, "fast_pulses", "2.5 ms pulses at 10 Hz"),
        (0.005, "pulse", "a single square pulse"),
        (0.01, "pulse", "a single square pulse"),
        (1.0, "raised_cosine", "half-period of a cosine wave"),
        (1.0, "5 hz pulse train", "Each pulse is 10 ms wide"),
        (1.0, "40 hz pulse train", "Each pulse is 6 ms wide"),
    ]
    return {
        str(number): {"duration": duration, "name": name, "condition": condition}
        for number, (duration, name, condition) in enumerate(conditions)
    }


class OpenEphysSettings(ExtractorSettings):
    """An Open Ephys session of a behaviour rig."""

    job_settings_name: Literal["OpenEphys"] = "OpenEphys"
    session_type: str
    project_name: str
    iacuc_protocol: str
    description: str
    opto_conditions_map: dict[str, Any] = Field(default_factory=_opto_conditions)
    overwrite_tables: bool = False
    mtrain_server: str
    session_id: str
    active_mouse_platform: bool = False
    mouse_platform_name: str = "Mouse Platform"


class SettingsFromFile(WireModel):
    """Settings whose other values stand in a file, which the extractor reads."""

    user_settings_config_file: PathText
    job_settings_name: SessionSettingsName


def _allow_file(value: object, validate: ValidatorFunctionWrapHandler) -> object:
    """Let values be missing that the settings file can supply."""
    try:
        return validate(value)
    except ValidationError as error:
        if not isinstance(value, Mapping) or not value.get("user_settings_config_file"):
            raise
        if any(item["type"] != "missing" for item in error.errors(include_url=False)):
            raise
        return SettingsFromFile.model_validate(value)


SessionJobSettings = SerializeAsAny[
    Annotated[
        BergamoSettings
        | BrukerSettings
        | FiberPhotometrySettings
        | MesoscopeSettings
        | OpenEphysSettings,
        Discriminator("job_settings_name"),
        WrapValidator(_allow_file),
    ]
]


class SessionSettings(WireModel):
    """How the session's metadata are extracted."""

    job_settings: SessionJobSettings


class SmartSpimSettings(ExtractorSettings):
    """An acquisition at a SmartSPIM microscope."""

    job_settings_name: Literal["SmartSPIM"] = "SmartSPIM"
    raw_dataset_path: PathText | None = None
    subject_id: str
    asi_filename: str = "derivatives/ASI_logging.txt"
    mdata_filename_json: str = "derivatives/metadata.json"
    processing_manifest_path: PathText | None = "derivatives/processing_manifest.json"
    metadata_service_path: str
    slims_datetime: str | None = None


class AcquisitionSettings(WireModel):
    """How the acquisition's metadata are extracted."""

    job_settings: SmartSpimSettings


SESSION_EXTRACTORS: Mapping[str, type[ExtractorSettings]] = {
    "Bergamo": BergamoSettings,
    "Bruker": BrukerSettings,
    "FiberPhotometry": FiberPhotometrySettings,
    "Mesoscope": MesoscopeSettings,
    "OpenEphys": OpenEphysSettings,
}
"""Settings of sessions by their ``job_settings_name``."""
ACQUISITION_EXTRACTORS: Mapping[str, type[ExtractorSettings]] = {"SmartSPIM": SmartSpimSettings}
"""The same of acquisitions."""
