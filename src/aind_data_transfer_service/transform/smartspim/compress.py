"""The run: stack after stack, each on all threads."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import check_apart, disk_full_is_coded
from ..progress import ProgressMeter
from .acquisition import VoxelSize
from .pyramid import Buffers
from .result import SmartSpimResult
from .settings import SmartSpimSettings
from .stack_job import StackJob
from .stacks import Stack

logger = logging.getLogger(__name__)


def compress(
    stacks: Sequence[Stack],
    output: Path,
    voxel_size: VoxelSize,
    settings: SmartSpimSettings,
    progress: Callable[[int, int], None],
    *,
    on_finished: Callable[[Path], None],
) -> SmartSpimResult:
    """Do what ``compress_stacks`` promises."""
    began = time.perf_counter()
    for stack in stacks:
        check_apart(stack.folder, output)
    threads = settings.effective_workers
    logger.info("%d stacks, %d threads", len(stacks), threads)
    meter = ProgressMeter(progress, sum(stack.raw_bytes for stack in stacks))
    buffers = Buffers()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="smartspim")
    try:
        with disk_full_is_coded(output):
            results = []
            for stack in stacks:
                job = StackJob(stack, output, voxel_size, settings)
                results.append(job.run(pool, buffers, meter.add))
                on_finished(job.path)
    finally:
        pool.shutdown(cancel_futures=True)
    return SmartSpimResult(stacks=results, seconds=time.perf_counter() - began)
