"""Where this service answers otherwise than the reference, on purpose."""

from pathlib import PureWindowsPath
from typing import Any

import pytest

from aind_data_transfer_service.wire.problems import Problem
from aind_data_transfer_service.wire.v1 import (
    InvalidRequest,
    NotJson,
    normalise,
    parse_json,
    parse_request,
)

from .samples import modality, request


def problems(content: object) -> tuple[Problem, ...]:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(content)
    return refused.value.problems


def only_problem(content: object) -> Problem:
    (problem,) = problems(content)
    return problem


def normal_job(**members: Any) -> Any:
    return normalise(parse_request(request(**members)))["upload_jobs"][0]


@pytest.mark.parametrize("subject", ["a/b", "..", "1..2", "a b", "", "<b>", "x\n", ".x", "x" * 101])
def test_a_subject_that_cannot_be_in_a_folder_name_is_refused(subject: str) -> None:
    problem = only_problem(request(subject_id=subject))

    assert (problem.code, problem.field) == ("name_part_invalid", "upload_jobs[0].subject_id")
    assert "Allowed: letters, digits" in problem.message


@pytest.mark.parametrize("source", ["dir/x", "", "C:/data", "/a\x00b", "/a\nb", "~/x"])
def test_a_source_that_is_not_an_absolute_posix_path_is_refused(source: str) -> None:
    problem = only_problem(modality(source=source))

    assert (problem.code, problem.field) == ("path_invalid", "upload_jobs[0].modalities[0].source")
    assert "absolute POSIX path" in problem.message


def test_a_windows_share_is_refused_with_the_path_that_was_probably_meant() -> None:
    problem = only_problem(modality(source=r"\\allen\aind\x"))

    assert problem.nearest == "/allen/aind/x"


def test_a_windows_path_object_is_read_as_posix() -> None:
    configs = normalise(parse_request(modality(source=PureWindowsPath("/allen/aind/x"))))

    assert configs["upload_jobs"][0]["modalities"][0]["source"] == "/allen/aind/x"


def test_other_paths_are_held_to_the_same_rule() -> None:
    assert only_problem(request(metadata_dir="dir")).field == "upload_jobs[0].metadata_dir"
    extra = only_problem(modality(extra_configs="dir"))
    assert extra.field == "upload_jobs[0].modalities[0].extra_configs"


def test_the_same_modality_twice_is_refused() -> None:
    problem = only_problem(
        request(
            modalities=[
                {"modality": "ecephys", "source": "/a"},
                {"modality": "behavior", "source": "/b"},
                {"modality": "ECEPHYS", "source": "/c"},
            ]
        )
    )

    assert problem.code == "modality_repeated"
    assert problem.field == "upload_jobs[0].modalities[2].modality"
    assert "modalities[0]" in problem.message


def test_the_same_source_twice_is_refused() -> None:
    problem = only_problem(
        request(
            modalities=[
                {"modality": "ecephys", "source": "/a/b"},
                {"modality": "behavior", "source": "/a//b/"},
            ]
        )
    )

    assert problem.code == "source_repeated"
    assert problem.field == "upload_jobs[0].modalities[1].source"


@pytest.mark.parametrize(
    ("members", "field", "nearest"),
    [
        ({"platform": "nope"}, "platform", None),
        ({"platform": "smart_spimm"}, "platform", "SmartSPIM"),
        (
            {"modalities": [{"modality": "ecephy", "source": "/a"}]},
            "modalities[0].modality",
            "ecephys",
        ),
    ],
)
def test_an_unknown_word_names_its_field_and_the_allowed_words(
    members: dict[str, Any], field: str, nearest: str | None
) -> None:
    problem = only_problem(request(**members))

    assert (problem.code, problem.field) == ("unknown_value", f"upload_jobs[0].{field}")
    assert problem.allowed is not None
    assert "ecephys" in problem.allowed
    assert problem.nearest == nearest


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_not_json_is_told_apart(body: bytes) -> None:
    with pytest.raises(NotJson) as refused:
        parse_json(body)
    assert refused.value.code == "not_json"


def test_words_with_computed_members_are_accepted() -> None:
    configs = modality(output_folder_name="ecephys")
    configs["upload_jobs"][0]["s3_prefix"] = "ecephys_655019_2022-05-10_16-05-06"
    configs["upload_jobs"][0]["acq_datetime"] = "5/10/2022 4:05:06 PM"

    normalised = normalise(parse_request(configs))

    assert normalised["upload_jobs"][0]["s3_prefix"] == "ecephys_655019_2022-05-10_16-05-06"


def test_computed_members_must_be_right() -> None:
    problem = only_problem(modality(output_folder_name="behavior"))

    assert problem.field == "upload_jobs[0].modalities[0].output_folder_name"
    assert problem.nearest == "ecephys"


def test_a_platform_whose_name_and_abbreviation_differ_is_refused() -> None:
    platform = {"name": "Behavior platform", "abbreviation": "ecephys"}

    problem = only_problem(request(platform=platform))

    assert (problem.code, problem.field) == (
        "name_and_abbreviation_differ",
        "upload_jobs[0].platform",
    )


def test_missing_custom_metadata_of_the_registration_are_filled_in() -> None:
    registration = {"name": "", "mount": "", "tags": ["raw"]}

    normalised = normal_job(codeocean_configs={"register_data_settings": registration})

    settings = normalised["codeocean_configs"]["register_data_settings"]
    assert settings["custom_metadata"] == {
        "data level": "raw",
        "experiment type": "ecephys",
        "subject id": "655019",
    }


def test_a_settings_file_supplies_what_else_is_missing() -> None:
    """The file is the task's to read: the server does not look for it."""
    settings = {
        "job_settings_name": "Bergamo",
        "user_settings_config_file": "/no/such/file.json",
        "subject_id": "655019",
    }

    normalised = normal_job(metadata_configs={"session_settings": {"job_settings": settings}})

    assert normalised["metadata_configs"]["session_settings"]["job_settings"] == settings


def test_a_settings_file_does_not_excuse_a_wrong_value() -> None:
    settings = {
        "job_settings_name": "Bergamo",
        "user_settings_config_file": "/no/such/file.json",
        "fov_imaging_depth": "deep",
    }

    found = problems(request(metadata_configs={"session_settings": {"job_settings": settings}}))

    assert any(problem.field.endswith("fov_imaging_depth") for problem in found)


def test_directories_of_a_session_are_not_looked_for() -> None:
    settings = {
        "job_settings_name": "Mesoscope",
        "input_source": "/no/such/place",
        "behavior_source": "/no/such/place",
        "output_directory": "/no/such/place",
        "session_id": "1",
        "session_start_time": "2022-05-10T16:05:06",
        "session_end_time": "2022-05-10T17:05:06",
        "subject_id": "655019",
        "project": "p",
        "experimenter_full_name": ["A B"],
    }

    normalised = normal_job(metadata_configs={"session_settings": {"job_settings": settings}})

    kept = normalised["metadata_configs"]["session_settings"]["job_settings"]
    assert kept.items() >= settings.items()
    assert kept["magnification"] == "16x"


def test_notification_types_have_one_order() -> None:
    content = request() | {"email_notification_types": ["retry", "begin", "fail", "begin"]}

    normalised = normalise(parse_request(content))

    assert normalised["email_notification_types"] == ["begin", "fail", "retry"]


def test_a_null_institution_means_the_default() -> None:
    description = {"institution": None}

    normalised = normal_job(metadata_configs={"raw_data_description_settings": description})

    settings = normalised["metadata_configs"]["raw_data_description_settings"]
    assert settings["institution"]["abbreviation"] == "AIND"
