"""The behavior part of a sample session: a foraging task with two spouts."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

_TRIAL_SECONDS = 2.0
_WHEEL_RATE = 100  # Hz
_REWARD_PROBABILITY = {"left": 0.8, "right": 0.1}
_PREFERS_LEFT = 0.85

Rows = list[list[object]]


def make_behavior(folder: Path, *, seconds: float, seed: int = 0) -> Path:
    """Write the task's settings, its trials, the licks and the running wheel. Times in seconds."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    settings = {
        "task": "Coupled two-armed foraging",
        "reward_volume_ul": {"left": 2.0, "right": 2.0},
        "reward_probability": _REWARD_PROBABILITY,
        "response_window_s": 1.0,
    }
    (folder / "task_settings.json").write_text(json.dumps(settings, indent=2) + "\n")
    trials, licks = _play(seconds, rng)
    _write(
        folder / "trials.csv", ["trial", "start_time", "go_cue_time", "choice", "rewarded"], trials
    )
    _write(folder / "licks.csv", ["time", "spout"], licks)
    times = np.arange(0, seconds, 1 / _WHEEL_RATE)
    angle = np.cumsum(np.clip(rng.normal(1.5, 1.0, len(times)), 0, None))
    _write(
        folder / "running_wheel.csv",
        ["time", "angle_deg"],
        ([f"{t:.3f}", f"{a:.2f}"] for t, a in zip(times, angle, strict=True)),
    )
    return folder


def _play(seconds: float, rng: np.random.Generator) -> tuple[Rows, Rows]:
    trials: Rows = []
    licks: Rows = []
    for number, start in enumerate(np.arange(0, seconds, _TRIAL_SECONDS)):
        spout = "left" if rng.random() < _PREFERS_LEFT else "right"
        cue = start + rng.uniform(0.2, 0.5)
        rewarded = bool(rng.random() < _REWARD_PROBABILITY[spout])
        trials.append([number, f"{start:.3f}", f"{cue:.3f}", spout, int(rewarded)])
        # A mouse licks at about 7 Hz, and longer where there is something to lick.
        count = 7 if rewarded else 3
        times = cue + 0.15 + np.cumsum(rng.normal(0.14, 0.01, count))
        licks += [[f"{time:.3f}", spout] for time in times]
    return trials, licks


def _write(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
