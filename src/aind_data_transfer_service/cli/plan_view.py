"""Showing a plan: a tree in a terminal, indented lines elsewhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text
from rich.tree import Tree

from ..client import Plan, PlannedJob, PlannedSource, PlannedTask
from .output import console


def print_plan(plan: Plan) -> None:
    """Print what each job would do."""
    out = console()
    for job in plan.jobs:
        tree = job_tree(job)
        if out.is_terminal:
            out.print(tree)
        else:
            for line in _lines(tree, 0):
                out.print(line, markup=False, soft_wrap=True)


def job_tree(job: PlannedJob) -> Tree:
    """Return where a job's data go, its folders, and its tasks with their settings."""
    tree = Tree(Text(f"{job.asset_name} → {job.location}", style="bold"))
    folders = tree.add(Text(f"folders: {job.total.get('text', '')}"))
    for source in job.sources:
        folders.add(_source(source))
    tasks = tree.add(Text("tasks"))
    for task in job.tasks:
        _add_task(tasks, task)
    for warning in job.warnings:
        tree.add(Text(f"warning: {warning}", style="yellow"))
    return tree


def _source(source: PlannedSource) -> Text:
    line = Text(f"{source.name}: {source.source or 'no folder'}, {source.text}")
    if source.target_prefix is not None:
        line.append(f" → {source.target_prefix}")
    if source.problem and source.problem not in source.text:
        line.append(f" ({source.problem})", style="yellow")
    return line


def _add_task(tasks: Tree, task: PlannedTask) -> None:
    if task.skip_reason is not None:
        tasks.add(Text(f"{task.name}: skipped: {task.skip_reason}", style="dim"))
        return
    branch = tasks.add(Text(f"{task.name}: runs{_asked(task.executor or {})}"))
    for name, value in task.settings.items():
        branch.add(_setting(name, value, _origin(name, task.origins)))
    slurm = (task.executor or {}).get("slurm", {})
    for name, value in slurm.get("properties", {}).items():
        branch.add(_setting(f"slurm {name}", value, slurm["origins"].get(name, "")))
    for name, reason in slurm.get("not_sent", {}).items():
        branch.add(Text(f"slurm {name}: not sent: {reason}", style="yellow"))


def _asked(executor: Mapping[str, Any]) -> str:
    """Return what an executor would be asked for, where it is asked for something."""
    if "slurm" in executor:
        return " on the cluster"
    if "memory_mb" not in executor:
        return ""
    cpus = executor.get("cpus")
    processors = "all processors, " if cpus is None else f"{cpus} processors, " if cpus else ""
    return f" with {processors}{executor['memory_mb']} MB"


def _setting(name: str, value: Any, origin: str) -> Text:
    line = Text(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return line.append(f" ({origin})", style="dim") if origin else line


def _origin(name: str, origins: Mapping[str, str]) -> str:
    """Return who set a setting; an object's members may have several origins."""
    found = (o for place, o in origins.items() if place == name or place.startswith(f"{name}/"))
    return ", ".join(dict.fromkeys(found))


def _lines(tree: Tree, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{tree.label}"
    for child in tree.children:
        yield from _lines(child, depth + 1)
