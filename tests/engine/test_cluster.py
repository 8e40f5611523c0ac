"""What attempts need to run on a cluster."""

from pathlib import Path

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.engine.cluster import seen_from_nodes, tell_what_is_not_sent
from aind_data_transfer_service.settings import Settings
from aind_data_transfer_service.tasks.spec import LOG_FILE, OtherJob, TaskSpec

from .plans import plan_of


def spec_of(folder: Path, **changes: object) -> TaskSpec:
    plan = plan_of(folder)
    [modality] = plan.modalities
    return TaskSpec(
        job_id="job",
        task_id=TaskId.COMPRESS_DATA,
        map_index=0,
        attempt=1,
        plan=plan.model_copy(update={"modalities": (modality.model_copy(update=changes),)}),
        staging_folder="/mnt/share/staging/job",
        job_folder="/mnt/share/jobs/job",
        source_roots=("/mnt/share", "/other"),
        removal_roots=("/mnt/share/sessions", "/other"),
        others=(OtherJob(job_id="other", sources=("/mnt/share/x", "/data")),),
        service_version="0",
    )


def test_paths_are_as_the_nodes_see_them() -> None:
    spec = spec_of(Path("/mnt/share/a b"))
    seen = seen_from_nodes(spec, {"/mnt/share": "/allen"})
    assert seen.staging_folder == "/allen/staging/job"
    assert seen.job_folder == "/allen/jobs/job"
    assert seen.source_roots == ("/allen", "/other")
    assert seen.removal_roots == ("/allen/sessions", "/other")
    assert [other.sources for other in seen.others] == [("/allen/x", "/data")]
    assert seen.plan.modalities[0].source == "/allen/a b/share/behavior"
    assert seen.plan.storage_url == "file:///allen/a%20b/bucket"
    assert seen_from_nodes(spec, {}) is spec


def test_what_does_not_count_is_in_the_log_once(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, slurm_settings={"environment": {}, "priority": "5"})
    for _ in range(2):
        tell_what_is_not_sent(spec, tmp_path, Settings(home=tmp_path))
    [line] = (tmp_path / LOG_FILE).read_text().splitlines()
    assert "'priority' does not count: slurmrestd does not take it" in line
