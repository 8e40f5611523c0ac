"""V1 requests with all that may be in one, some with mistakes, as hypothesis strategies."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from ..wire.v1.samples import payloads, recorded
from ..wire.v1.strategies import PATHS, requests_with

# Those of aind-data-schema-models 0.8.0.
MODALITIES = (
    *("behavior", "behavior-videos", "confocal", "EMG", "ecephys", "fib", "fMOST", "icephys"),
    *("ISI", "MRI", "merfish", "pophys", "slap", "SPIM"),
)
REQUESTS = requests_with(MODALITIES)

TEXT = st.text(st.characters(exclude_categories=["C"]), max_size=5)
TAGS = st.lists(TEXT, max_size=12)
METADATA = st.dictionaries(TEXT, TEXT, max_size=2)

RUN = st.fixed_dictionaries(
    {},
    optional={
        "capsule_id": TEXT,
        "pipeline_id": TEXT,
        "version": st.integers(0, 9),
        "data_assets": st.lists(st.fixed_dictionaries({"id": TEXT, "mount": TEXT}), max_size=2),
        "parameters": st.lists(TEXT, max_size=2),
        "named_parameters": st.lists(
            st.fixed_dictionaries({"param_name": TEXT, "value": TEXT}), max_size=2
        ),
    },
)
CAPTURE = st.fixed_dictionaries(
    {"tags": TAGS},
    optional={
        "name": TEXT,
        "mount": TEXT,
        "custom_metadata": METADATA,
        "process_name_suffix": st.none() | TEXT,
        "permissions": st.fixed_dictionaries(
            {}, optional={"everyone": st.sampled_from(["viewer", "none"])}
        ),
    },
)
PIPELINE = st.fixed_dictionaries(
    {"run_params": RUN},
    optional={
        "alert_url": TEXT,
        "capture_settings": st.none() | CAPTURE,
        "computation_polling_interval": st.integers(1, 300),
        "computation_timeout": st.none() | st.integers(1, 300),
        "data_asset_ready_timeout": st.none() | st.integers(1, 20),
    },
)
REGISTRATION = st.fixed_dictionaries(
    {"name": TEXT, "mount": TEXT, "tags": TAGS, "custom_metadata": METADATA},
    optional={"description": TEXT, "data_asset_ids": st.lists(TEXT, max_size=1)},
)
CODEOCEAN = st.fixed_dictionaries(
    {},
    optional={
        "capture_results_to_default_bucket": st.booleans(),
        "job_type": st.none() | TEXT,
        "pipeline_monitor_capsule_id": st.none() | TEXT,
        "pipeline_monitor_capsule_settings": st.none() | st.lists(PIPELINE, max_size=6),
        "register_data_settings": REGISTRATION,
        "zz_extra": TEXT,
    },
)
TRIGGER = st.fixed_dictionaries(
    {"job_type": st.sampled_from(["ecephys", "smartspim", "register_data", "test"])},
    optional={
        "prefix": TEXT,
        "mount": TEXT,
        "input_data_asset_id": st.sampled_from(["a", "a;b"]),
        "input_data_mount": st.sampled_from(["m", "m;n", "m;n;o"]),
        "input_data_asset_name": TEXT,
        "process_capsule_id": TEXT,
        "capsule_id": TEXT,
        "input_data_point": TEXT,
        "results_suffix": st.none() | TEXT,
        "modalities": st.lists(st.sampled_from(["ecephys", "behavior"]), max_size=2),
    },
)
BERGAMO = st.fixed_dictionaries(
    {
        "job_settings_name": st.just("Bergamo"),
        "experimenter_full_name": st.lists(TEXT, max_size=2),
        "subject_id": TEXT,
        "imaging_laser_wavelength": st.integers(1, 1000),
        "fov_imaging_depth": st.integers(1, 1000),
        "fov_targeted_structure": TEXT,
        "notes": st.none() | TEXT,
    },
    optional={"input_source": PATHS, "hit_rate_trials_0_10": st.floats(0, 1), "zz_extra": TEXT},
)
FROM_FILE = st.fixed_dictionaries(
    {
        "job_settings_name": st.sampled_from(
            ["Bergamo", "Bruker", "FiberPhotometry", "Mesoscope", "OpenEphys"]
        ),
        "user_settings_config_file": PATHS,
    }
)
METADATA_CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        "directory_to_write_to": st.just("stage"),
        "metadata_service_domain": TEXT,
        "session_settings": st.fixed_dictionaries({"job_settings": BERGAMO | FROM_FILE}),
        "processing_settings": st.fixed_dictionaries({"pipeline_process": METADATA}),
        "rig_settings": st.fixed_dictionaries({"rig_id": TEXT}),
        "instrument_settings": st.fixed_dictionaries({"instrument_id": TEXT}),
        "metadata_settings": st.fixed_dictionaries(
            {"name": TEXT}, optional={"location": TEXT, "subject_filepath": PATHS}
        ),
        "metadata_dir_force": st.booleans(),
        "zz_extra": TEXT,
    },
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "codeocean_configs": CODEOCEAN,
        "trigger_capsule_configs": st.none() | TRIGGER,
        "metadata_configs": st.none() | METADATA_CONFIGS,
        "acq_datetime": st.datetimes().map(lambda time: time.strftime("%m/%d/%Y %I:%M:%S %p"))
        | st.datetimes().map(lambda time: f"{time:%Y-%m-%d}")
        | st.datetimes().map(lambda time: f"{time.isoformat()}Z")
        | st.integers(0, 2**31),
        "metadata_dir_force": st.none() | st.booleans(),
    },
)


@st.composite
def detailed(draw: st.DrawFn) -> dict[str, Any]:
    request: dict[str, Any] = draw(REQUESTS)
    for job in request["upload_jobs"]:
        job.update(draw(PARTS))
    return request


REAL = [
    *payloads().values(),
    *(case.content for case in recorded() if isinstance(case.content, dict)),
]
SENT = REQUESTS | detailed() | st.sampled_from(REAL).map(deepcopy)
