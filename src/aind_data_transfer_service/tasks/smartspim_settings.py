"""The job_settings of a SmartSPIM modality: those of its compression, and of the task around it."""

from pydantic import Field, StrictBool

from ..domain.pipeline import TaskId
from ..transform.smartspim.settings import SmartSpimSettings
from .spec import TaskSpec

_EARLY = "upload_finished_stacks"


class SmartSpimTaskSettings(SmartSpimSettings):
    """What a user may choose."""

    upload_finished_stacks: StrictBool = Field(
        default=False,
        description="Send each finished stack while the next is compressed; the machines that"
        " compress must reach the store.",
    )


def sends_early(spec: TaskSpec) -> bool:
    """Whether a program is to send what it has finished before all is: it needs the store's keys.

    A script does not, whatever its settings; nor where the upload is left out.
    """
    return (
        spec.task_id is TaskId.COMPRESS_DATA
        and spec.settings.get(_EARLY) is True
        and spec.required_modality.compress
        and spec.task.script is None
        and spec.plan.task(TaskId.UPLOAD_DATA_TO_S3).skip_reason is None
    )
