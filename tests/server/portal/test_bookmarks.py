import pytest

from aind_data_transfer_service.domain.pipeline import TaskId

from ..factories import Jobsite
from ..web_client import WebClient


@pytest.mark.parametrize(
    ("kept", "ours"),
    [
        ("/job_tasks_table", "/jobs"),
        ("/job_tasks_table?dag_id=transform_and_upload&dag_run_id=a", "/jobs/a"),
        ("/job_tasks_table?dag_run_id=../login%3Fnext=x", "/jobs/..%2Flogin%3Fnext%3Dx"),
        ("/task_logs", "/jobs"),
        ("/task_logs?dag_run_id=a", "/jobs/a"),
        ("/task_logs?dag_run_id=a&task_id=b", "/jobs/a/tasks/b/-1/1"),
        (
            "/task_logs?dag_id=d&dag_run_id=a&task_id=b&try_number=3&map_index=2",
            "/jobs/a/tasks/b/2/3",
        ),
        ("/admin", "/login"),
    ],
)
def test_kept_addresses_lead_on(web: WebClient, kept: str, ours: str) -> None:
    answer = web.get(kept, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (307, ours)


def test_a_kept_address_of_a_log_shows_it(web: WebClient, jobsite: Jobsite) -> None:
    job_id = jobsite.failed(log="reading\nno space left\n")

    answer = web.get(
        f"/task_logs?dag_run_id={job_id}&task_id={TaskId.COMPRESS_DATA}&try_number=1&map_index=0",
        follow_redirects=True,
    )

    assert answer.status_code == 200
    assert "no space left" in answer.text


def test_a_number_that_is_none_is_refused(web: WebClient) -> None:
    assert web.get("/task_logs?dag_run_id=a&task_id=b&map_index=x").status_code == 406
