"""The settings of metadata extractors that a request may carry."""

from typing import Any

import pytest

from aind_data_transfer_service.wire.v1 import InvalidRequest, normalise, parse_request

from .samples import request

# The members that have no default, as in aind-metadata-mapper 0.29.3.
REQUIRED: dict[str, dict[str, Any]] = {
    "Bergamo": {
        "experimenter_full_name": ["A B"],
        "subject_id": "1",
        "imaging_laser_wavelength": 920,
        "fov_imaging_depth": 200,
        "fov_targeted_structure": "Primary Motor Cortex",
        "notes": "n",
    },
    "Bruker": {
        "experimenter_full_name": ["A B"],
        "session_type": "3D MRI Volume",
        "primary_scan_number": 7,
        "setup_scan_number": 1,
        "scanner_name": "Scanner",
        "scan_location": "Here",
        "magnetic_strength": 7,
        "subject_id": "1",
        "iacuc_protocol": "2109",
        "session_notes": "",
    },
    "FiberPhotometry": {
        "experimenter_full_name": ["A B"],
        "subject_id": "1",
        "rig_id": "r",
        "mouse_platform_name": "m",
        "active_mouse_platform": False,
        "data_streams": [{"light_sources": None}],
        "iacuc_protocol": "2109",
        "notes": "n",
    },
    "Mesoscope": {
        "input_source": "/a",
        "session_id": "1",
        "behavior_source": "/b",
        "output_directory": "/c",
        "session_start_time": "2022-05-10T16:05:06",
        "session_end_time": "2022-05-10T17:05:06-07:00",
        "subject_id": "1",
        "project": "p",
        "experimenter_full_name": ["A B"],
    },
    "OpenEphys": {
        "session_type": "s",
        "project_name": "p",
        "iacuc_protocol": "2109",
        "description": "d",
        "mtrain_server": "http://mtrain",
        "session_id": "1",
    },
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "Bergamo": {"fov_coordinate_ml": "1.5", "fov_coordinate_ap": 1.5, "timezone": "US/Pacific"},
    "Bruker": {"collection_tz": "America/Los_Angeles", "protocol_id": ""},
    "FiberPhotometry": {"output_filename": "session_fip.json", "protocol_id": []},
    "Mesoscope": {"magnification": "16x", "lims_project_code": ""},
    "OpenEphys": {"overwrite_tables": False, "mouse_platform_name": "Mouse Platform"},
}


def with_session(settings: dict[str, Any]) -> dict[str, Any]:
    return request(metadata_configs={"session_settings": {"job_settings": settings}})


@pytest.mark.parametrize("name", REQUIRED)
def test_defaults_are_filled_in(name: str) -> None:
    given = {"job_settings_name": name, **REQUIRED[name], "extra": 1}

    normalised = normalise(parse_request(with_session(given)))

    configs = normalised["upload_jobs"][0]["metadata_configs"]
    assert configs["session_settings"]["job_settings"].items() >= (given | DEFAULTS[name]).items()
    assert normalise(parse_request(normalised)) == normalised


@pytest.mark.parametrize("name", REQUIRED)
def test_members_without_a_default_are_required(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(with_session({"job_settings_name": name}))

    assert {problem.loc[-1] for problem in refused.value.problems} == REQUIRED[name].keys()
    assert {problem.code for problem in refused.value.problems} == {"missing"}


def test_the_stimuli_of_an_open_ephys_session_have_numbers() -> None:
    given = {"job_settings_name": "OpenEphys", **REQUIRED["OpenEphys"]}

    normalised = normalise(parse_request(with_session(given)))

    configs = normalised["upload_jobs"][0]["metadata_configs"]["session_settings"]["job_settings"]
    assert list(configs["opto_conditions_map"]) == ["0", "1", "2", "3", "4", "5"]
    assert configs["opto_conditions_map"]["1"] == {
        "duration": 0.005,
        "name": "pulse",
        "condition": "a single square pulse",
    }


def test_an_unknown_kind_of_session_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(with_session({"job_settings_name": "bergamo"}))

    (problem,) = refused.value.problems
    assert (problem.code, problem.nearest) == ("unknown_value", "Bergamo")


def test_an_acquisition_names_its_subject_and_service() -> None:
    settings = {"subject_id": "1", "metadata_service_path": "slims"}
    content = request(metadata_configs={"acquisition_settings": {"job_settings": settings}})

    normalised = normalise(parse_request(content))

    configs = normalised["upload_jobs"][0]["metadata_configs"]["acquisition_settings"]
    assert configs["job_settings"] == settings | {
        "job_settings_name": "SmartSPIM",
        "asi_filename": "derivatives/ASI_logging.txt",
        "mdata_filename_json": "derivatives/metadata.json",
        "processing_manifest_path": "derivatives/processing_manifest.json",
    }
