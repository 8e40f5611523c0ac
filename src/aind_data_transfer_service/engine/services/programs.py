"""Ends task programs that a worker left running on this machine."""

from pathlib import Path

from ...db.database import Database
from ...executors.local import LocalExecutor, end_program
from ..repositories import Jobs


def end_local_programs(database: Database) -> None:
    """Kill the programs of all open attempts; the next worker finds them lost and tries again."""
    with database.read() as session:
        for attempt in Jobs(session).open_attempts(LocalExecutor.name):
            end_program(Path(attempt.folder), attempt.handle)
