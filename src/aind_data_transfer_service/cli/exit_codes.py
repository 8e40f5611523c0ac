"""What the command line's exit codes mean."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit code of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    """Wrong usage, invalid input or settings, or a part of the package that is not installed."""
    STILL_RUNNING = 3
    UNREACHABLE = 4
