"""A Code Ocean server for tests, on this machine."""

from .faults import Fault
from .server import FakeCodeOcean
from .world import RunScript, World

__all__ = ["FakeCodeOcean", "Fault", "RunScript", "World"]
