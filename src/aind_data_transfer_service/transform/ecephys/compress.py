"""The run: all chunks of all streams through one pool of threads."""

import logging
import shutil
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from aind_data_transfer_service.transform.ecephys.chunks import ChunkReport
from aind_data_transfer_service.transform.ecephys.clipped import write_clipped
from aind_data_transfer_service.transform.ecephys.recordings import open_streams
from aind_data_transfer_service.transform.ecephys.result import EcephysResult, StreamResult
from aind_data_transfer_service.transform.ecephys.session import find_session
from aind_data_transfer_service.transform.ecephys.settings import EcephysSettings
from aind_data_transfer_service.transform.ecephys.stream_job import Chunk, StreamJob
from aind_data_transfer_service.transform.errors import check_apart, disk_full_is_coded
from aind_data_transfer_service.transform.progress import ProgressMeter

CLIPPED = "ecephys_clipped"
COMPRESSED = "ecephys_compressed"

_log = logging.getLogger(__name__)


def compress(
    source: Path,
    output: Path,
    settings: EcephysSettings,
    progress: Callable[[int, int], None],
) -> EcephysResult:
    """Do what ``compress_open_ephys`` promises."""
    began = time.perf_counter()
    for name in (CLIPPED, COMPRESSED):
        check_apart(source, output / name)
    session = find_session(source)
    streams = open_streams(session)
    folder = output / COMPRESSED
    _log.info("%s: %d streams, %d threads", source, len(streams), settings.effective_workers)
    with disk_full_is_coded(output):
        folder.mkdir(parents=True, exist_ok=True)
        copied = write_clipped(session, output / CLIPPED, settings.clip_n_frames)
        jobs = [StreamJob(session, stream, folder, settings) for stream in streams]
        _remove_others(folder, jobs)
        meter = ProgressMeter(progress, sum(stream.raw_bytes for stream in streams))
        results = _run(jobs, settings.effective_workers, meter)
    return EcephysResult(streams=results, copied_files=copied, seconds=time.perf_counter() - began)


def _remove_others(folder: Path, jobs: list[StreamJob]) -> None:
    """Remove what an attempt at another source or stream left."""
    ours = {name for job in jobs for name in job.names}
    for path in folder.iterdir():
        if path.name in ours:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _run(jobs: list[StreamJob], workers: int, meter: ProgressMeter) -> list[StreamResult]:
    """Store all chunks, a bounded number at a time, and finish each job after its last one."""
    results: dict[int, StreamResult] = {}
    open_chunks: Counter[int] = Counter()
    running: dict[Future[ChunkReport], tuple[int, Chunk]] = {}

    def collect(most: int) -> None:
        while len(running) > most:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                number, chunk = running.pop(future)
                jobs[number].add(future.result())
                meter.add(chunk.raw_bytes)
                close(number)

    def close(number: int) -> None:
        open_chunks[number] -= 1
        if open_chunks[number] == 0:
            results[number] = jobs[number].finish()

    pool = ThreadPoolExecutor(workers, thread_name_prefix="ecephys")
    try:
        for number, job in enumerate(jobs):
            open_chunks[number] += 1  # the job itself, until all its chunks are handed out
            if job.kept:
                meter.add(job.stream.raw_bytes)
            for chunk in job.chunks():
                open_chunks[number] += 1
                running[pool.submit(chunk.store)] = (number, chunk)
                collect(2 * workers)
            close(number)
        collect(0)
    finally:
        pool.shutdown(cancel_futures=True)
    return [results[number] for number in range(len(jobs))]
