"""Compression of SmartSPIM data, as the pipeline runs it: each element has its share of stacks."""

import shutil
from importlib.metadata import version
from pathlib import Path

from ..domain.plan import Partition
from ..transform.smartspim import compress_stacks, find_session, write_picture
from ..transform.smartspim.acquisition import FILE as ACQUISITION
from ..transform.smartspim.session import DERIVATIVES
from .smartspim_settings import SmartSpimTaskSettings
from .stack_shares import StackShares
from .staging import stage_link
from .transform_settings import validated
from .transform_work import OnProgress, Transform, Transformed, TransformWork

_LIBRARIES = ("zarr", "numcodecs", "numba", "pillow", "deflate")
_PASSED_OVER_SHOWN = 20
_WHOLE = Partition(index=0, count=1, origin="default")


def check(work: TransformWork) -> list[str]:
    """Read every slice's header, and settle which element has which stacks.

    Raises the error that compressing would end in, as far as it can be seen before any work.
    Returns what is worth knowing.
    """
    session = find_session(work.source, _settings(work))
    partition = work.partition or _WHOLE
    StackShares(work.job_folder).settle(session, partition.count)
    warnings = []
    if partition.count > len(session.stacks):
        warnings.append(
            f"There are {partition.count} partitions for {len(session.stacks)} stacks: some have"
            " nothing to do"
        )
    if session.passed_over:
        shown = ", ".join(session.passed_over[:_PASSED_OVER_SHOWN])
        more = len(session.passed_over) - _PASSED_OVER_SHOWN
        more_text = f" and {more} more" if more > 0 else ""
        warnings.append(f"Not part of the asset: {shown}{more_text} in {work.source}")
    return warnings


def compress(work: TransformWork, output: Path, progress: OnProgress) -> Transformed:
    """Compress the element's stacks without loss; raises what the transform raises."""
    chosen = _settings(work)
    partition = work.partition or _WHOLE
    names = StackShares(work.job_folder).of(work.source, chosen, partition)
    session = find_session(work.source, chosen, only=names)
    output.mkdir(parents=True, exist_ok=True)
    if partition.index == 0 and (work.source / DERIVATIVES).is_dir():
        stage_link(work.source / DERIVATIVES, output / DERIVATIVES)
    result = compress_stacks(
        session.stacks,
        output,
        session.voxel_size,
        chosen,
        progress,
        on_finished=work.on_finished,
    )
    return Transformed(
        parameters={
            "compressor": "blosc zstd",
            "chunk_size_zyx": list(chosen.chunk_size),
            "levels": chosen.downsample_levels,
            "voxel_size_zyx_um": list(session.voxel_size),
            "libraries": {name: version(name) for name in _LIBRARIES},
        },
        source_bytes=sum(stack.raw_bytes for stack in result.stacks),
        stored_bytes=sum(stack.stored_bytes for stack in result.stacks),
        parts_name="stacks",
        parts=[stack.model_dump(mode="json", exclude={"kept"}) for stack in result.stacks],
        pictures=tuple(_picture(output, stack.name, work) for stack in result.stacks),
    )


def _picture(output: Path, stack: str, work: TransformWork) -> dict[str, str]:
    file = f"{stack.replace('/', '-')}.png"
    write_picture(output / f"{stack}.ome.zarr", work.attempt_folder / file)
    return {"file": file, "text": f"{stack}: brightest voxels along z"}


def finish(work: TransformWork, output: Path, done: Transformed) -> None:
    """Check that all elements together made every stack, and remove what attempts left half made.

    Raises `StacksMissing`.
    """
    made = frozenset(stack["name"] for stack in done.parts)
    StackShares(work.job_folder).require_all(made)
    for leftover in output.glob("*/.*.partial"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _settings(work: TransformWork) -> SmartSpimTaskSettings:
    return validated(SmartSpimTaskSettings, work.modality, work.settings)


SMARTSPIM = Transform(check, compress, finish, metadata_files=(ACQUISITION,))
