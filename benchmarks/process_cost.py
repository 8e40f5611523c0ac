"""What a whole process takes: time, processors and memory."""

import resource
import subprocess
import tempfile
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
    said: str
    """What it wrote to its standard output."""


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end; exits if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said)
        tree, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            peak = max(peak, _private_bytes(tree))
            time.sleep(_SAMPLING_SECONDS)
        wall = time.perf_counter() - began
        said.seek(0)
        text = said.read()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall=wall, cpu=cpu, memory=peak, said=text)


def _private_bytes(process: psutil.Process) -> int:
    total = 0
    try:
        for member in [process, *process.children(recursive=True)]:
            memory = member.memory_info()
            total += memory.rss - memory.shared
    except psutil.NoSuchProcess:
        return total
    return total
