"""The job_settings of a SmartSPIM modality: those of its compression, and of the task around it."""

from pydantic import Field, StrictBool

from ..transform.smartspim.settings import SmartSpimSettings


class SmartSpimTaskSettings(SmartSpimSettings):
    """What a user may choose."""

    upload_finished_stacks: StrictBool = Field(
        default=False,
        description="Send each finished stack while the next is compressed; the machines that"
        " compress must reach the store.",
    )
