"""What a whole process takes: time, processors and memory."""

import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

_SAMPLING_SECONDS = 0.02


@dataclass(frozen=True)
class Cost:
    """One process's cost, its children's included."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds."""
    memory: int
    """Bytes at the peak, without mapped files."""


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end; exits if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    tree, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        peak = max(peak, _private_bytes(tree))
        time.sleep(_SAMPLING_SECONDS)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall=wall, cpu=cpu, memory=peak)


def _private_bytes(process: psutil.Process) -> int:
    total = 0
    try:
        for member in [process, *process.children(recursive=True)]:
            memory = member.memory_info()
            total += memory.rss - memory.shared
    except psutil.NoSuchProcess:
        return total
    return total
