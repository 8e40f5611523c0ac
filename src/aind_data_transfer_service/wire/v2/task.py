"""What a request may say about one task of the pipeline."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, TypeAdapter

from ..v1.base import IgnoringModel


class Task(IgnoringModel):
    """Settings of one task, laid over those of the job type's preset."""

    skip_task: bool = Field(default=False, description="Leave this task out.")
    image: str | None = Field(
        default=None, description="Container image to run: one that a preset names, or is allowed."
    )
    image_version: str | None = Field(default=None, description="Tag of the image.")
    image_resources: dict[str, JsonValue] | None = Field(
        default=None, description="What to ask the cluster for, as Slurm's job properties."
    )
    job_settings: dict[str, JsonValue] | None = Field(
        default=None, description="Settings of the task's program."
    )
    command_script: str | None = Field(
        default=None,
        description="Bash script to run. %JOB_SETTINGS (as JSON), %INPUT_SOURCE, %OUTPUT_LOCATION,"
        " %S3_LOCATION, %IMAGE, %IMAGE_VERSION and %ENV_FILE are filled in, quoted for the shell.",
    )


_TASKS = TypeAdapter(dict[str, Task], config=ConfigDict(defer_build=True))


def _one_or_by_modality(value: object) -> object:
    """Tell a task from tasks by modality: a task has at least one member that tasks have.

    Validated here and not by a union, so that errors name the place in the request.
    """
    if not isinstance(value, Mapping) or not _by_modality(value):
        return Task.model_validate(value, from_attributes=False)
    return _TASKS.validate_python(value, from_attributes=False)


def _by_modality(value: Mapping[object, object]) -> bool:
    if not Task.model_fields.keys().isdisjoint(value):
        return False
    return all(isinstance(item, Mapping | Task) for item in value.values())


TaskOrTasks = Annotated[Task | dict[str, Task], BeforeValidator(_one_or_by_modality)]
