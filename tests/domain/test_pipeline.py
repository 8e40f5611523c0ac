from aind_data_transfer_service.domain.pipeline import PIPELINE, PIPELINE_BY_ID, REDO_WITH, TaskId


def test_every_task_is_in_the_pipeline_once_and_in_order() -> None:
    assert [task.task_id for task in PIPELINE] == list(TaskId)
    assert set(PIPELINE_BY_ID) == set(TaskId)


def test_staging_goes_only_after_a_verified_and_registered_upload() -> None:
    order = list(TaskId)
    assert (
        order.index(TaskId.UPLOAD_DATA_TO_S3)
        < order.index(TaskId.VERIFY_UPLOAD)
        < order.index(TaskId.REGISTER_DATA_ASSET)
        < order.index(TaskId.REMOVE_STAGING_FOLDER)
        < order.index(TaskId.REMOVE_SOURCE_FOLDERS)
    )


def test_what_is_done_again_comes_before() -> None:
    order = list(TaskId)
    for task, needs in REDO_WITH.items():
        assert order.index(needs) < order.index(task)
