"""The platforms, where existing user scripts import them from."""

from typing import Final

from ..wire.vocabulary import PLATFORMS
from ..wire.vocabulary import Platform as PlatformModel


class Platform:
    """The platforms by their names in scripts."""

    BEHAVIOR: Final = PLATFORMS.get("behavior")
    CONFOCAL: Final = PLATFORMS.get("confocal")
    ECEPHYS: Final = PLATFORMS.get("ecephys")
    EXASPIM: Final = PLATFORMS.get("exaSPIM")
    FIP: Final = PLATFORMS.get("FIP")
    HCR: Final = PLATFORMS.get("HCR")
    HSFP: Final = PLATFORMS.get("HSFP")
    ISI: Final = PLATFORMS.get("ISI")
    MERFISH: Final = PLATFORMS.get("MERFISH")
    MRI: Final = PLATFORMS.get("MRI")
    MESOSPIM: Final = PLATFORMS.get("mesoSPIM")
    MOTOR_OBSERVATORY: Final = PLATFORMS.get("motor-observatory")
    MULTIPLANE_OPHYS: Final = PLATFORMS.get("multiplane-ophys")
    SLAP2: Final = PLATFORMS.get("SLAP2")
    SINGLE_PLANE_OPHYS: Final = PLATFORMS.get("single-plane-ophys")
    SMARTSPIM: Final = PLATFORMS.get("SmartSPIM")
    ALL: Final = PLATFORMS.terms

    @staticmethod
    def from_abbreviation(abbreviation: str) -> PlatformModel:
        """Return the platform of that abbreviation, else raise `KeyError`."""
        return PLATFORMS.get(abbreviation)
