"""The names by which V2 requests and presets call the pipeline's tasks."""

from collections.abc import Mapping

from ...domain.pipeline import TaskId

# Tasks that run once for each modality go by the name of their settings.
_OTHER_NAMES: Mapping[TaskId, str] = {
    TaskId.COMPRESS_DATA: "modality_transformation_settings",
    TaskId.RUN_CODEOCEAN_PIPELINE: "codeocean_pipeline_settings",
}

V2_NAMES: Mapping[TaskId, str] = {
    task_id: _OTHER_NAMES.get(task_id, task_id.value) for task_id in TaskId
}

MODALITY_TASKS = frozenset(_OTHER_NAMES.values())
"""Tasks whose settings are given by modality."""

# Tasks of the first service whose work is part of other tasks here.
RETIRED = frozenset(
    {
        "final_check_s3_folder_exist",
        "get_codeocean_asset_id",
        "register_data_asset_to_codeocean",
        "update_docdb_record",
        "upload_metadata_nd_to_s3",
    }
)
