"""Where V1 requests are answered otherwise than by the published models, on purpose."""

from typing import Any

from ..wire.v1.samples import modality, request
from .disagreements import Difference

_MODALITY = r"upload_jobs\[\]\.modalities\[\]\."
_TRIGGER = r"upload_jobs\[\]\.trigger_capsule_configs"
_PREFIX = "ecephys_655019_2022-05-10_16-05-06"
_AIND = {"name": "Allen Institute for Neural Dynamics"}
_RIGHT = "A right `s3_prefix` or `output_folder_name`"


def _two(first: dict[str, str], second: dict[str, str]) -> dict[str, Any]:
    one = {"modality": "ecephys", "source": "/a"}
    return request(modalities=[one | first, one | second])


def _session(**members: Any) -> dict[str, Any]:
    settings = {"job_settings_name": "Bergamo", "user_settings_config_file": "/x.json", **members}
    return {"job_settings": settings}


def _metadata(**members: Any) -> dict[str, Any]:
    return request(metadata_configs=members)


def _registration(settings: object) -> dict[str, Any]:
    return request(codeocean_configs={"register_data_settings": settings})


DIFFERENCES = [
    Difference(
        "A `subject_id` with other characters",
        "refused here",
        r"upload_jobs\[\]\.subject_id name_part_invalid",
        request(subject_id="a b"),
    ),
    Difference(
        "A source, `metadata_dir` or `extra_configs` that is relative",
        "refused here",
        rf"({_MODALITY}(source|extra_configs)|upload_jobs\[\]\.metadata_dir) path_invalid",
        modality(source="dir"),
    ),
    Difference(
        "The same modality twice in a job",
        "refused here",
        rf"{_MODALITY}modality modality_repeated",
        _two({}, {"source": "/b"}),
    ),
    Difference(
        "The same source twice in a job",
        "refused here",
        rf"{_MODALITY}source source_repeated",
        _two({}, {"modality": "behavior"}),
    ),
    Difference(
        "Session settings with a settings file and some values of their own",
        "accepted here",
        r"upload_jobs\[\]\.session_settings\.job_settings\.\w+\.\w+ missing",
        _metadata(session_settings=_session(subject_id="655019")),
    ),
    Difference(
        "Registration settings without `custom_metadata`",
        "accepted here",
        r" failed: AttributeError: 'NoneType' object has no attribute 'update'",
        _registration({"name": "", "mount": "", "tags": ["raw"]}),
    ),
    Difference(
        "`signal` in the Slurm settings",
        "accepted here",
        rf"{_MODALITY}slurm_settings\.signal",
        modality(slurm_settings={"environment": {}, "signal": "B:USR1@60"}),
    ),
    Difference(
        "Modalities of newer vocabularies",
        "accepted here",
        r" failed: AttributeError: Unknown Modality: slap2",
        modality(modality="slap2"),
    ),
    Difference(
        "A platform with `_` for `-`",
        "accepted here",
        r"(?i) failed: AttributeError: Unknown Platform: \w+_\w+",
        request(platform="single_plane_ophys"),
    ),
    Difference(
        _RIGHT,
        "accepted here",
        r" failed: AttributeError: 'str' object has no attribute 'get'",
        modality(output_folder_name="ecephys"),
    ),
    Difference(
        _RIGHT,
        "accepted here",
        r"upload_jobs\[\] value_error: Value error, s3_prefix .* computed None_",
        request(platform={"name": "Electrophysiology platform"}, s3_prefix=_PREFIX),
    ),
    Difference(
        _RIGHT,
        "accepted here",
        r"upload_jobs\[\] value_error: Value error, Invalid isoformat string: '\d+/\d+/\d+ ",
        request(
            platform={"name": "Electrophysiology platform", "abbreviation": "ecephys"},
            acq_datetime="5/10/2022 4:05:06 PM",
            s3_prefix=_PREFIX,
        ),
    ),
    Difference(
        "what the service fills in itself",
        "accepted here",
        rf"{_TRIGGER}\.modalities",
        request(trigger_capsule_configs={"job_type": "test", "modalities": [{"name": "x"}]}),
    ),
    Difference(
        "what the service fills in itself",
        "accepted here",
        r"upload_jobs\[\]\.codeocean_configs\.register_data_settings\.source",
        _registration(
            {"name": "", "mount": "", "tags": [], "custom_metadata": {}, "source": {"aws": "x"}}
        ),
    ),
    Difference(
        "wrong details of an institution",
        "accepted here",
        r"upload_jobs\[\]\.institution\.Allen Institute for Neural Dynamics\.",
        _metadata(raw_data_description_settings={"institution": _AIND | {"registry": "x"}}),
    ),
    Difference(
        "`input_data_asset_id` of `trigger_capsule_configs`",
        "accepted here",
        rf"{_TRIGGER} value_error: Value error, If bucket and prefix are provided",
        request(
            trigger_capsule_configs={
                "job_type": "test",
                "bucket": "open",
                "prefix": "x",
                "input_data_asset_id": "x",
            }
        ),
    ),
    Difference(
        "`register_data_settings: null`",
        "accepted here",
        r"upload_jobs\[\]\.codeocean_configs\.register_data_settings dataclass_type",
        _registration(None),
    ),
    Difference(
        "`job_type: null`",
        "normalised otherwise",
        r"job_type is 'transform_and_upload' here, None",
        request() | {"job_type": None},
    ),
    Difference(
        "`institution: null` in the settings",
        "normalised otherwise",
        r".*\.raw_data_description_settings\.institution is .* here, None there",
        _metadata(raw_data_description_settings={"institution": None}),
    ),
    Difference(
        "Other members of `session_settings`",
        "normalised otherwise",
        r".*\.metadata_configs\.session_settings\.\w+ is .* here, None there",
        _metadata(session_settings=_session() | {"note": "x"}),
    ),
]
