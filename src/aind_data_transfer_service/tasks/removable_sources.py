"""Which folders of a job may be removed, as far as its record and their places tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..domain.pipeline import TaskId
from ..domain.states import TaskState
from .context import TaskContext
from .removal_settings import SourceRemovalSettings
from .remove_staging_folder import RemovalRefused
from .source_comparison import Kept
from .spec import EarlierTask, TaskSpec
from .staging import Staged

DERIVATIVES = "derivatives"


@dataclass(frozen=True, slots=True)
class Removable:
    """A folder that was uploaded as it is."""

    name: str
    """Its folder in the asset."""
    source: Path
    """Links resolved."""
    root: Path
    """The folder that allows its removal, links resolved."""


def require_uploaded(spec: TaskSpec) -> None:
    """Raise `RemovalRefused` unless the asset is verified, and registered if it was to be."""
    if not spec.removal_roots:
        raise RemovalRefused("Sources are kept: the settings name no removal.roots.")
    for task_id in (TaskId.VERIFY_UPLOAD, TaskId.REGISTER_DATA_ASSET):
        if task_id is TaskId.REGISTER_DATA_ASSET and spec.plan.task(task_id).skip_reason:
            continue
        state = next((t.state for t in spec.earlier if t.task_id == task_id), "missing")
        if state != TaskState.SUCCESS:
            raise RemovalRefused(f"Sources are kept: {task_id} of this job is {state}.")


def removable_folders(
    ctx: TaskContext, settings: SourceRemovalSettings
) -> tuple[list[Removable], list[Kept]]:
    """Return the folders to remove, and those that are kept although nothing is wrong with them.

    Raises `RemovalRefused` for a folder in a place where nothing may be removed.
    """
    spec = ctx.spec
    wanted = settings.modalities_to_delete
    folders: list[Removable] = []
    kept: list[Kept] = []
    for modality in spec.plan.staged_modalities:
        name = modality.abbreviation
        if wanted is not None and name not in wanted:
            continue
        source = _linked(spec, name)
        if source is None:
            kept.append(Kept(modality.required_source, "was not uploaded as it is"))
        else:
            folders.append(_removable(ctx, modality.folder_name, source))
    if spec.plan.derivatives_dir is not None:
        copied = [t for t in spec.earlier if t.task_id == TaskId.COPY_DERIVATIVES_FOLDER]
        source = _source_of(copied)
        if source is not None:
            folders.append(_removable(ctx, DERIVATIVES, source))
    return folders, kept


def removal_root(ctx: TaskContext, folder: Path) -> Path:
    """Return the root that allows the removal of a folder; raises `RemovalRefused`.

    ``folder`` has its links resolved.
    """
    if folder != folder.resolve():
        raise RemovalRefused(f"{folder} is kept: a link leads elsewhere now, {folder.resolve()}.")
    for ours in _own_folders(ctx):
        if ours.is_relative_to(folder) or folder.is_relative_to(ours):
            raise RemovalRefused(f"{folder} is kept: the service's own {ours} is there.")
    for root in (Path(root).resolve() for root in ctx.spec.removal_roots):
        if folder != root and folder.is_relative_to(root):
            return root
    raise RemovalRefused(
        f"{folder} is kept: it lies below none of the folders where sources may be removed:"
        f" {', '.join(ctx.spec.removal_roots)}."
    )


def _removable(ctx: TaskContext, name: str, source: Path) -> Removable:
    return Removable(name, source, removal_root(ctx, source))


def _linked(spec: TaskSpec, modality: str) -> Path | None:
    """Return the source of a modality that is in the asset as it is; None if it was transformed."""
    number = next(i for i, m in enumerate(spec.plan.modalities) if m.abbreviation == modality)
    elements = {
        t.map_index
        for t in spec.plan.tasks
        if t.task_id == TaskId.COMPRESS_DATA and t.modality == number
    }
    done = [
        t for t in spec.earlier if t.task_id == TaskId.COMPRESS_DATA and t.map_index in elements
    ]
    return _source_of(done)


def _source_of(tasks: Sequence[EarlierTask]) -> Path | None:
    """Return the folder that tasks linked into the asset; None unless all linked the same."""
    sources = {
        task.outputs.get("source")
        if task.state == TaskState.SUCCESS and task.outputs.get("action") == Staged.LINKED
        else None
        for task in tasks
    }
    source = sources.pop() if len(sources) == 1 else None
    return Path(source) if isinstance(source, str) else None


def _own_folders(ctx: TaskContext) -> list[Path]:
    """Return folders that hold what the service keeps: staging, work, and a store that is one."""
    store = urlsplit(ctx.spec.plan.storage_url)
    stores = [Path(unquote(store.path))] if store.scheme == "file" else []
    return [path.resolve() for path in (ctx.staging.parent, ctx.job_folder, *stores)]
