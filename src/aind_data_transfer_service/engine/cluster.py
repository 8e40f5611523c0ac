"""What an attempt needs to run on a cluster, beside what it needs anywhere."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from ..domain.plan import JobPlan, ModalityPlan
from ..domain.slurm_job import SlurmJob, slurm_job
from ..executors.slurm.node_paths import NodePaths
from ..ports.executor import ArrayPlace, LaunchRequest, Resources
from ..settings import Settings
from ..tasks.attempt_log import log_to
from ..tasks.needs import needs
from ..tasks.spec import LOG_FILE, TaskSpec

logger = logging.getLogger(__name__)

_ARRAYS = "arrays"


def cluster_request(
    spec: TaskSpec, folder: Path, settings: Settings, *, key: str, earlier_errors: Sequence[str]
) -> LaunchRequest:
    """Return how to ask a cluster to run an attempt."""
    return LaunchRequest(
        key=key,
        folder=folder,
        resources=Resources(memory_mb=needs(spec.task_id, spec.modality).memory_mb),
        properties=wanted_of_cluster(spec, settings).properties,
        array=_array_place(spec, settings),
        had_too_little=earlier_errors,
    )


def wanted_of_cluster(spec: TaskSpec, settings: Settings) -> SlurmJob:
    """Return what the site, presets and the request together ask a cluster for."""
    memory_mb = needs(spec.task_id, spec.modality).memory_mb
    return slurm_job(spec.task, spec.modality, settings.slurm.defaults(memory_mb=memory_mb))


def tell_what_is_not_sent(spec: TaskSpec, folder: Path, settings: Settings) -> None:
    """Note in the attempt's log what was asked for and the cluster will not hear."""
    not_sent = wanted_of_cluster(spec, settings).not_sent
    if not_sent and not (folder / LOG_FILE).exists():
        with log_to(folder / LOG_FILE):
            for name, why in not_sent.items():
                logger.warning("The Slurm property %r does not count: %s", name, why)


def seen_from_nodes(spec: TaskSpec, path_map: Mapping[str, str]) -> TaskSpec:
    """Return a spec with its paths as the nodes of the cluster see them."""
    if not path_map:
        return spec
    paths = NodePaths(path_map)
    return spec.model_copy(
        update={
            "plan": _plan(spec.plan, paths),
            "staging_folder": paths.on_node(spec.staging_folder),
            "job_folder": paths.on_node(spec.job_folder),
            "source_roots": tuple(paths.on_node(root) for root in spec.source_roots),
            "removal_roots": tuple(paths.on_node(root) for root in spec.removal_roots),
            "others": tuple(
                other.model_copy(update={"sources": tuple(map(paths.on_node, other.sources))})
                for other in spec.others
            ),
        }
    )


def _plan(plan: JobPlan, paths: NodePaths) -> JobPlan:
    return plan.model_copy(
        update={
            "modalities": tuple(_modality(modality, paths) for modality in plan.modalities),
            "metadata_dir": _maybe(plan.metadata_dir, paths),
            "derivatives_dir": _maybe(plan.derivatives_dir, paths),
            "storage_url": _url(plan.storage_url, paths),
        }
    )


def _modality(modality: ModalityPlan, paths: NodePaths) -> ModalityPlan:
    return modality.model_copy(update={"source": _maybe(modality.source, paths)})


def _maybe(path: str | None, paths: NodePaths) -> str | None:
    return None if path is None else paths.on_node(path)


def _url(url: str, paths: NodePaths) -> str:
    scheme = "file://"
    if not url.startswith(scheme):
        return url
    return PurePosixPath(paths.on_node(unquote(url.removeprefix(scheme)))).as_uri()


def _array_place(spec: TaskSpec, settings: Settings) -> ArrayPlace | None:
    partition = spec.task.partition
    if partition is None or partition.count == 1:
        return None
    name = spec.modality.abbreviation if spec.modality else spec.task_id
    return ArrayPlace(
        group=f"{spec.job_id}.{spec.task_id}.{name}",
        folder=settings.work_root / spec.job_id / _ARRAYS,
        index=partition.index,
        size=partition.count,
        at_once=partition.at_once,
    )
