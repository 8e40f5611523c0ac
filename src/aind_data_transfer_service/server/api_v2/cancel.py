"""Cancels a job as V2 scripts know it."""

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...engine.services import control
from ...engine.services.views import get_job
from ...errors import Conflict
from ...identity.scopes import Scope
from ...intake.accepted import RequestInvalid
from ...wire.problems import problems_of
from ...wire.v1 import parse_json
from ..access import needs
from ..api_v1.address import without_nul
from ..api_v1.answers import CANCEL, answer, example
from ..service import Body, By, ServiceDep

router = APIRouter(tags=["V2"], dependencies=[needs(Scope.CONTROL), Depends(without_nul)])


class PrefixDiffers(Conflict):
    """The job is not the one that the caller means."""

    code = "prefix_differs"
    what_to_do_default = "Look up the job's id and its asset's name, and send both."


class CancelRequest(BaseModel):
    """Which job to cancel."""

    model_config = ConfigDict(extra="ignore")

    dag_run_id: str = Field(description="The job's id.")
    dag_id: str = Field(description="Name of the pipeline; taken, and of no effect.")
    s3_prefix: str = Field(description="The asset's name, to be sure it is the right job.")
    partition: str = Field(default="aind", description="Taken, and of no effect.")


_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": CancelRequest.model_json_schema(),
                "example": {
                    "dag_run_id": "20240219-193312-k4ndw8zx",
                    "dag_id": "transform_and_upload_v2",
                    "s3_prefix": "behavior_690165_2024-02-19_11-25-17",
                },
            }
        },
    }
}


@router.post(
    CANCEL,
    summary="Cancel a job by its asset",
    openapi_extra=_BODY,
    responses={
        200: example("The job is ended, or will be in seconds", "Success", {}),
        404: example("There is no such job", "There is no job 'x'.", {"errors": ["…"]}),
        406: example("The body is not valid", "dag_id: this field is required", {"errors": ["…"]}),
        409: example("The job has another asset", "Job x uploads …", {"errors": ["…"]}),
    },
)
def cancel_job(service: ServiceDep, body: Body, by: By) -> JSONResponse:
    """End a job. One that has ended already stays as it is."""
    try:
        asked = CancelRequest.model_validate(parse_json(body))
    except ValidationError as error:
        raise RequestInvalid(problems_of(error)) from error
    name = get_job(service.database, asked.dag_run_id).asset_name
    if name != asked.s3_prefix:
        raise PrefixDiffers(f"Job {asked.dag_run_id} uploads {name}, not {asked.s3_prefix!r}.")
    control.cancel(service.database, asked.dag_run_id, by=by)
    return answer("Success", {})
