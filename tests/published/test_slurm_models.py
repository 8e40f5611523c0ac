"""What newer versions of slurmrestd are sent fits the published models of their OpenAPI documents.

Nothing is lost in them: each name and type is one that the version knows. So it is with what is
read of their accounting.
"""

from typing import Any

import pytest

from aind_data_transfer_service.domain.slurm_job import PROPERTIES, Kind
from aind_data_transfer_service.executors.slurm.dialects import DIALECTS, JobRecord, Submission

from .disagreements import Answer, peer

MODELS = {
    "v0.0.39": "aind_slurm_rest.models.v0039_job_submission:V0039JobSubmission",
    "v0.0.40": "aind_slurm_rest.models.v0040_job_submit_req:V0040JobSubmitReq",
    "v0.0.41": "slurmrestpy.models.v0041_job_submit_req:V0041JobSubmitReq",
    "v0.0.42": "slurmrestpy.models.v0042_job_submit_req:V0042JobSubmitReq",
    "v0.0.43": "slurmrestapi.models.v0043_job_submit_req:V0043JobSubmitReq",
}
ACCOUNTED = {
    "v0.0.39": "aind_slurm_rest.models.v0039_job:V0039Job",
    "v0.0.40": "aind_slurm_rest.models.v0040_job:V0040Job",
    "v0.0.41": (
        "slurmrestpy.models.v0041_openapi_slurmdbd_jobs_resp_jobs_inner"
        ":V0041OpenapiSlurmdbdJobsRespJobsInner"
    ),
    "v0.0.42": "slurmrestpy.models.v0042_job:V0042Job",
    "v0.0.43": "slurmrestapi.models.v0043_job:V0043Job",
}
VALUES = {Kind.TEXT: "text", Kind.NUMBER: 3, Kind.FLAG: True, Kind.NODES: [1, 2]}


@pytest.mark.service("published-slurm")
@pytest.mark.parametrize("version", MODELS)
def test_all_that_is_sent_is_known(service_url: str, version: str) -> None:
    submission = Submission(
        name="adt.job",
        comment="a comment",
        script="#!/bin/bash\n",
        working_directory="/work",
        log="/work/%a/log.txt",
        environment={"PATH": "/bin"},
        properties={name: VALUES[kind] for name, kind in PROPERTIES.items()},
        array="0-3%2",
    )
    [dialect] = [each for each in DIALECTS if each.version == version]
    body = dialect.submission(submission)
    with peer(service_url, MODELS[version]) as models:
        assert models.answer(body) == Answer(body)


@pytest.mark.service("published-slurm")
@pytest.mark.parametrize("version", ACCOUNTED)
def test_all_that_is_read_of_the_accounting_is_there(service_url: str, version: str) -> None:
    job: dict[str, Any] = {
        "job_id": 7,
        "name": "adt.job",
        "state": {
            "current": "TIMEOUT" if version == "v0.0.39" else ["TIMEOUT"],
            "reason": "None",
        },
        "array": {"job_id": 5, "task_id": {"set": True, "infinite": False, "number": 3}},
        "time": {"submission": 1000},
        "nodes": "n1",
    }
    with peer(service_url, ACCOUNTED[version]) as models:
        assert models.answer(job) == Answer(job)
    [dialect] = [each for each in DIALECTS if each.version == version]
    assert dialect.accounted(job) == JobRecord(
        job_id=7,
        name="adt.job",
        states=("TIMEOUT",),
        array_job_id=5,
        array_task_id=3,
        reason="None",
        nodes="n1",
        submitted_at=1000,
    )
