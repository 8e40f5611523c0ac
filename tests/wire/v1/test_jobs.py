"""What the service makes of the parts of a job."""

from typing import Any

import pytest

from aind_data_transfer_service.wire.v1 import (
    BasicUploadJobConfigs,
    InvalidRequest,
    SubmitJobRequest,
    normalise,
    parse_request,
)

from .samples import job, modality, request


def normal_job(**members: Any) -> Any:
    return normalise(parse_request(request(**members)))["upload_jobs"][0]


def fields_refused(content: object) -> list[str]:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(content)
    return [problem.field for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("5/10/2022 4:05:06 pm", "2022-05-10T16:05:06"),
        ("2022-05-10", "2022-05-10T00:00:00"),
        ("2022-05-10 16:05", "2022-05-10T16:05:00"),
        ("2022-05-10T16:05:06.25", "2022-05-10T16:05:06.250000"),
        ("2022-05-10T16:05:06Z", "2022-05-10T16:05:06Z"),
        ("2022-05-10T16:05:06-07:00", "2022-05-10T16:05:06-07:00"),
        (1652198706, "2022-05-10T16:05:06Z"),
    ],
)
def test_acquisition_times_keep_their_offset_and_name_the_asset(given: object, kept: str) -> None:
    normalised = normal_job(acq_datetime=given)

    assert normalised["acq_datetime"] == kept
    digits = kept[:19].replace("T", "_").replace(":", "-")
    assert normalised["s3_prefix"] == f"ecephys_655019_{digits}"


@pytest.mark.parametrize("given", ["10/13/2020 13:10", "2020-02-30T00:00:00", "1652198706", "", []])
def test_other_times_are_refused(given: object) -> None:
    assert fields_refused(request(acq_datetime=given)) == ["upload_jobs[0].acq_datetime"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("open", "open"),
        ("aind-open-data", "open"),
        ("private", "private"),
        ("my-scratch", "scratch"),
        ("archive", "default"),
        ("some_bucket", "default"),
        (None, "default"),
        (3, "default"),
    ],
)
def test_buckets_are_mapped_by_what_their_name_contains(given: object, kept: str) -> None:
    normalised = normal_job(s3_bucket=given)

    registered = normalised["codeocean_configs"]["register_data_settings"]["source"]["aws"]
    assert normalised["s3_bucket"] == normalised["trigger_capsule_configs"]["bucket"] == kept
    assert (registered["bucket"], registered["public"]) == (kept, kept == "open")


@pytest.mark.parametrize(
    ("platform", "job_type"),
    [
        ("ecephys", "ecephys"),
        ("SmartSPIM", "smartspim"),
        ("single-plane-ophys", "singleplane_ophys"),
        ("multiplane_ophys", "multiplane_ophys"),
        ("FIP", "register_data"),
    ],
)
def test_the_trigger_capsule_job_type_follows_the_platform(platform: str, job_type: str) -> None:
    assert normal_job(platform=platform)["trigger_capsule_configs"]["job_type"] == job_type


@pytest.mark.parametrize(
    ("abbreviation", "given", "kept"),
    [
        ("ecephys", None, True),
        ("ecephys", False, False),
        ("behavior", None, False),
        ("behavior", True, True),
    ],
)
def test_only_ecephys_is_compressed_by_default(
    abbreviation: str, given: bool | None, kept: bool
) -> None:
    content = modality(modality=abbreviation, compress_raw_data=given)

    normalised = normalise(parse_request(content))

    assert normalised["upload_jobs"][0]["modalities"][0]["compress_raw_data"] is kept


def test_email_settings_of_the_request_go_to_jobs_without_their_own() -> None:
    content = {
        "user_email": "lab@example.org",
        "email_notification_types": ["all"],
        "upload_jobs": [
            job(),
            job(user_email="me@example.org", email_notification_types=["begin"]),
        ],
    }

    first, second = normalise(parse_request(content))["upload_jobs"]

    assert (first["user_email"], first["email_notification_types"]) == ("lab@example.org", ["all"])
    assert (second["user_email"], second["email_notification_types"]) == (
        "me@example.org",
        ["begin"],
    )


def test_a_job_object_used_in_two_requests_stays_as_it_was() -> None:
    shared = BasicUploadJobConfigs.model_validate(job())

    first = SubmitJobRequest(upload_jobs=[shared], user_email="a@example.org")
    second = SubmitJobRequest(upload_jobs=[shared], user_email="b@example.org")

    assert shared.user_email is None
    assert [r.upload_jobs[0].user_email for r in (first, second)] == [
        "a@example.org",
        "b@example.org",
    ]


@pytest.mark.parametrize("pipelines", [None, [], [{"run_params": {"capsule_id": "c"}}]])
def test_no_pipelines_an_empty_list_and_a_list_stay_three_things(pipelines: Any) -> None:
    parsed = parse_request(
        request(codeocean_configs={"pipeline_monitor_capsule_settings": pipelines})
    )

    configs = parsed.upload_jobs[0].codeocean_configs
    kept = configs.pipeline_monitor_capsule_settings
    assert (kept is None) == (pipelines is None)
    assert len(kept or []) == len(pipelines or [])


def test_too_many_tags_are_refused() -> None:
    registration = {"name": "", "mount": "", "tags": [str(number) for number in range(11)]}

    assert fields_refused(request(codeocean_configs={"register_data_settings": registration})) == [
        "upload_jobs[0].codeocean_configs.register_data_settings.tags"
    ]


def test_own_tags_and_metadata_are_merged_into_the_registration() -> None:
    registration = {
        "name": "my asset",
        "mount": "",
        "tags": ["z", "a"],
        "description": "d",
        "custom_metadata": {"data level": "derived", "subject id": "x"},
        "source": {"aws": {"bucket": "elsewhere"}},
        "data_asset_ids": ["1"],
    }

    normalised = normal_job(codeocean_configs={"register_data_settings": registration})

    prefix = normalised["s3_prefix"]
    assert normalised["codeocean_configs"]["register_data_settings"] == {
        "name": "my asset",
        "tags": ["655019", "a", "ecephys", "z"],
        "mount": prefix,
        "description": "d",
        "source": {
            "aws": {
                "bucket": "default",
                "prefix": prefix,
                "keep_on_external_storage": True,
                "public": False,
            }
        },
        "custom_metadata": {
            "data level": "derived",
            "experiment type": "ecephys",
            "subject id": "655019",
        },
    }


def test_a_timeout_must_be_longer_than_its_interval() -> None:
    pipeline = {"run_params": {"capsule_id": "c"}, "computation_timeout": 180}

    assert fields_refused(
        request(codeocean_configs={"pipeline_monitor_capsule_settings": [pipeline]})
    ) == [
        "upload_jobs[0].codeocean_configs.pipeline_monitor_capsule_settings[0].computation_timeout"
    ]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"job_type": "run_generic_pipeline"}, True),
        ({"job_type": "run_generic_pipeline", "capsule_id": "c"}, False),
        ({"job_type": "test", "input_data_asset_id": "a;b"}, True),
        ({"job_type": "test", "input_data_asset_id": "a;b", "input_data_mount": "c;d"}, True),
        (
            {
                "job_type": "test",
                "input_data_asset_id": "a;b",
                "input_data_mount": "c;d",
                "input_data_asset_name": "n",
            },
            False,
        ),
        (
            {
                "job_type": "test",
                "input_data_asset_id": "a;b;c",
                "input_data_mount": "c;d",
                "input_data_asset_name": "n",
            },
            True,
        ),
    ],
)
def test_trigger_settings_must_be_complete(given: dict[str, Any], refused: bool) -> None:
    content = request(trigger_capsule_configs=given)

    if refused:
        assert fields_refused(content) == ["upload_jobs[0].trigger_capsule_configs"]
        return
    normalised = normalise(parse_request(content))
    assert normalise(parse_request(normalised)) == normalised


def test_the_job_overrides_what_a_user_says_about_its_own_metadata() -> None:
    given = {
        "subject_settings": {"subject_id": "other"},
        "procedures_settings": 3,
        "raw_data_description_settings": {
            "name": "other",
            "institution": {"name": "Allen Institute for Brain Science"},
        },
        "directory_to_write_to": "/elsewhere",
        "metadata_dir": "/elsewhere",
        "rig_settings": {"rig_id": "r"},
    }

    normalised = normal_job(metadata_configs=given)["metadata_configs"]

    assert normalised["subject_settings"]["subject_id"] == "655019"
    assert normalised["procedures_settings"]["subject_id"] == "655019"
    description = normalised["raw_data_description_settings"]
    assert description["name"] == "ecephys_655019_2022-05-10_16-05-06"
    assert description["institution"]["registry_identifier"] == "00dcv1019"
    assert normalised["directory_to_write_to"] == "stage"
    assert "metadata_dir" not in normalised
    assert normalised["rig_settings"] == {"rig_id": "r", "metadata_service_path": "rig"}


def test_an_institution_that_is_not_listed_is_kept() -> None:
    institution = {"name": "My Lab", "registry": "ROR", "registry_identifier": "1"}
    given = {"raw_data_description_settings": {"institution": institution}}

    normalised = normal_job(metadata_configs=given)["metadata_configs"]

    assert normalised["raw_data_description_settings"]["institution"] == institution


def test_members_nobody_knows_are_kept() -> None:
    content = request(job_type="x", extra={"a": None}) | {"more": [1]}
    content["upload_jobs"][0]["modalities"][0]["extra"] = 1

    normalised = normalise(parse_request(content))

    assert normalised["more"] == [1]
    assert normalised["upload_jobs"][0]["job_type"] == "x"
    assert normalised["upload_jobs"][0]["extra"] == {"a": None}
    assert normalised["upload_jobs"][0]["modalities"][0]["extra"] == 1


def test_the_number_of_jobs_is_limited() -> None:
    assert len(parse_request({"upload_jobs": [job()] * 1000}).upload_jobs) == 1000
    assert fields_refused({"upload_jobs": [job()] * 1001}) == ["upload_jobs"]


def test_all_problems_are_told_at_once() -> None:
    content = {"upload_jobs": [job(subject_id=1), {}, job(platform="x", user_email="nobody")]}

    assert fields_refused(content) == [
        "upload_jobs[0].subject_id",
        "upload_jobs[1].project_name",
        "upload_jobs[1].platform",
        "upload_jobs[1].modalities",
        "upload_jobs[1].subject_id",
        "upload_jobs[1].acq_datetime",
        "upload_jobs[2].user_email",
        "upload_jobs[2].platform",
    ]


def test_the_error_says_it_for_people_and_for_programs() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(request(subject_id=1, platform="ecephis"))

    told = refused.value.as_dict()
    assert told["code"] == "invalid_request"
    assert told["message"].endswith("(and 1 more)")
    platform, subject = told["details"]["problems"]
    assert platform["nearest"] == "ecephys"
    assert platform["value"] == "ecephis"
    assert subject["code"] == "string_type"
