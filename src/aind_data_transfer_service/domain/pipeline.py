"""The tasks of an upload, in order, with the names the user guides use."""

from dataclasses import dataclass
from enum import StrEnum


class TaskId(StrEnum):
    """Name of a pipeline task."""

    SEND_JOB_START_EMAIL = "send_job_start_email"
    CHECK_S3_FOLDER_EXISTS = "check_s3_folder_exists"
    CHECK_SOURCE_FOLDERS_EXIST = "check_source_folders_exist"
    CREATE_STAGING_FOLDER = "create_staging_folder"
    GATHER_PRELIMINARY_METADATA = "gather_preliminary_metadata"
    CHECK_METADATA_FILES = "check_metadata_files"
    COPY_DERIVATIVES_FOLDER = "copy_derivatives_folder"
    COMPRESS_DATA = "compress_data"
    GATHER_FINAL_METADATA = "gather_final_metadata"
    UPLOAD_DATA_TO_S3 = "upload_data_to_s3"
    VERIFY_UPLOAD = "verify_upload"
    REGISTER_DATA_ASSET = "register_data_asset"
    RUN_CODEOCEAN_PIPELINE = "run_codeocean_pipeline"
    REMOVE_STAGING_FOLDER = "remove_staging_folder"
    REMOVE_SOURCE_FOLDERS = "remove_source_folders"
    SEND_JOB_END_EMAIL = "send_job_end_email"


class RunsAs(StrEnum):
    """Where a task's program runs."""

    INLINE = "inline"
    """In the worker itself: a moment's work that touches no large data. Where a task runs the
    metadata tools, it is no moment's work, and it runs as a process."""
    PROCESS = "process"
    """Through an executor: a process of its own, or a Slurm job."""
    POLLED = "polled"
    """In the worker, a moment now and then: what it waits for is elsewhere."""


@dataclass(frozen=True, slots=True)
class PipelineTask:
    """One task of the pipeline as it is laid out, before any request."""

    task_id: TaskId
    title: str
    runs_as: RunsAs
    mapped: bool = False


PIPELINE: tuple[PipelineTask, ...] = (
    PipelineTask(TaskId.SEND_JOB_START_EMAIL, "Tell the user it starts", RunsAs.INLINE),
    PipelineTask(TaskId.CHECK_S3_FOLDER_EXISTS, "Check the target is free", RunsAs.INLINE),
    PipelineTask(TaskId.CHECK_SOURCE_FOLDERS_EXIST, "Check the sources", RunsAs.PROCESS),
    PipelineTask(TaskId.CREATE_STAGING_FOLDER, "Make the staging folder", RunsAs.INLINE),
    PipelineTask(TaskId.GATHER_PRELIMINARY_METADATA, "Gather metadata", RunsAs.PROCESS),
    PipelineTask(TaskId.CHECK_METADATA_FILES, "Check the metadata", RunsAs.INLINE),
    PipelineTask(TaskId.COPY_DERIVATIVES_FOLDER, "Stage the derivatives", RunsAs.PROCESS),
    PipelineTask(TaskId.COMPRESS_DATA, "Compress", RunsAs.PROCESS, mapped=True),
    PipelineTask(TaskId.GATHER_FINAL_METADATA, "Write what was done", RunsAs.INLINE),
    PipelineTask(TaskId.UPLOAD_DATA_TO_S3, "Upload", RunsAs.PROCESS),
    PipelineTask(TaskId.VERIFY_UPLOAD, "Verify every object", RunsAs.PROCESS),
    PipelineTask(TaskId.REGISTER_DATA_ASSET, "Register the asset", RunsAs.POLLED),
    PipelineTask(TaskId.RUN_CODEOCEAN_PIPELINE, "Run pipelines", RunsAs.POLLED),
    PipelineTask(TaskId.REMOVE_STAGING_FOLDER, "Remove the staging folder", RunsAs.PROCESS),
    PipelineTask(TaskId.REMOVE_SOURCE_FOLDERS, "Remove the sources", RunsAs.PROCESS),
    PipelineTask(TaskId.SEND_JOB_END_EMAIL, "Tell the user it ended", RunsAs.INLINE),
)

PIPELINE_BY_ID = {task.task_id: task for task in PIPELINE}

REDO_WITH = {TaskId.VERIFY_UPLOAD: TaskId.UPLOAD_DATA_TO_S3}
"""Retrying the first means doing the second again: what is wrong there has to be sent anew."""

_FIRST, _LAST = TaskId.CHECK_SOURCE_FOLDERS_EXIST, TaskId.UPLOAD_DATA_TO_S3
_ORDER = tuple(task.task_id for task in PIPELINE)
STAGING = frozenset(_ORDER[_ORDER.index(_FIRST) : _ORDER.index(_LAST) + 1])
"""The tasks that fill the staging folder and need what is in it."""
