"""``aind-data-transfer presets``: the settings of job types, one command a file."""

from .history import history
from .list import list_presets
from .restore import restore
from .set import set_preset
from .show import show

__all__ = ["history", "list_presets", "restore", "set_preset", "show"]
