"""The platforms and modalities a request may name.

Names and abbreviations are those of ``aind-data-schema-models`` 0.8.0, which the V1 API used, and
for modalities also those of 6.3.1 (which has no platforms any more).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, NoReturn, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticKnownError

from .problems import problem_error


@dataclass(frozen=True)
class _Term:
    name: str
    abbreviation: str


class Platform(_Term):
    """What a session was recorded with."""


class Modality(_Term):
    """A kind of data of a session."""


TermT = TypeVar("TermT", bound=_Term)

_MEMBERS = frozenset({"name", "abbreviation"})


class Vocabulary(Generic[TermT]):
    """All terms of one kind; equal terms are one object.

    Parameters
    ----------
    term_type
        The model of its terms.
    discriminator
        The member by which an object names its term.
    names
        Abbreviation and name of each term, in the order shown to users.
    extra
        Whether an object may have other members beside those, which are dropped.
    """

    def __init__(
        self,
        term_type: type[TermT],
        discriminator: Literal["name", "abbreviation"],
        names: Mapping[str, str],
        *,
        extra: Literal["ignore", "forbid"],
    ) -> None:
        self._term_type = term_type
        self._extra = extra
        self._discriminator = discriminator
        self.terms = tuple(
            term_type(name=name, abbreviation=abbreviation) for abbreviation, name in names.items()
        )
        self._by_key = {_key(term.abbreviation): term for term in self.terms}
        self._by_tag = {str(getattr(term, discriminator)): term for term in self.terms}
        self._abbreviations = tuple(names)

    @property
    def abbreviations(self) -> tuple[str, ...]:
        """All abbreviations."""
        return self._abbreviations

    def find(self, abbreviation: str) -> TermT | None:
        """Return the term of that abbreviation; upper case and ``_`` for ``-`` do not matter."""
        return self._by_key.get(_key(abbreviation))

    def get(self, abbreviation: str) -> TermT:
        """Return the term of that abbreviation, else raise `KeyError`."""
        return self._by_key[_key(abbreviation)]

    def resolve(self, value: object) -> object:
        """Turn an abbreviation, an object or another package's term into our term.

        What is none of these is returned as it is, for pydantic to refuse.
        """
        if isinstance(value, self._term_type):
            return value
        if isinstance(value, str):
            return self.find(value) or _refuse("abbreviation", value, self._abbreviations)
        if isinstance(value, Mapping):
            return self._from_object(value)
        if hasattr(value, "name") and hasattr(value, "abbreviation"):
            return self._from_object({"name": value.name, "abbreviation": value.abbreviation})
        return value

    def _from_object(self, given: Mapping[str, object]) -> TermT:
        tag = given.get(self._discriminator)
        if tag is None:
            raise PydanticKnownError(
                "union_tag_not_found", {"discriminator": f"'{self._discriminator}'"}
            )
        term = self._by_tag.get(str(tag))
        if term is None:
            _refuse(self._discriminator, str(tag), tuple(self._by_tag))
        if self._extra == "forbid" and (extra := given.keys() - _MEMBERS):
            self._refuse_members(given, sorted(extra))
        for member, expected in (("name", term.name), ("abbreviation", term.abbreviation)):
            if given.get(member, expected) != expected:
                raise problem_error(
                    "name_and_abbreviation_differ",
                    f"the {member} of {tag!r} is {expected!r}, not {given[member]!r}",
                )
        return term

    def _refuse_members(self, given: Mapping[str, object], names: list[str]) -> NoReturn:
        raise ValidationError.from_exception_data(
            self._term_type.__name__,
            [
                InitErrorDetails(type="extra_forbidden", loc=(name,), input=given[name])
                for name in names
            ],
        )


def _refuse(discriminator: str, tag: str, allowed: tuple[str, ...]) -> NoReturn:
    raise PydanticKnownError(
        "union_tag_invalid",
        {
            "discriminator": f"'{discriminator}'",
            "tag": tag,
            "expected_tags": ", ".join(f"'{word}'" for word in allowed),
        },
    )


def _key(abbreviation: str) -> str:
    return abbreviation.upper().replace("-", "_")


PLATFORMS = Vocabulary(
    Platform,
    "name",
    {
        "behavior": "Behavior platform",
        "confocal": "Confocal microscopy platform",
        "ecephys": "Electrophysiology platform",
        "exaSPIM": "ExaSPIM platform",
        "FIP": "Frame-projected independent-fiber photometry platform",
        "HCR": "Hybridization chain reaction platform",
        "HSFP": "Hyperspectral fiber photometry platform",
        "ISI": "Intrinsic signal imaging platform",
        "MERFISH": "MERFISH platform",
        "MRI": "Magnetic resonance imaging platform",
        "mesoSPIM": "MesoSPIM platform",
        "motor-observatory": "Motor observatory platform",
        "multiplane-ophys": "Multiplane optical physiology platform",
        "SLAP2": "SLAP2 platform",
        "single-plane-ophys": "Single-plane optical physiology platform",
        "SmartSPIM": "SmartSPIM platform",
    },
    extra="ignore",
)

MODALITIES = Vocabulary(
    Modality,
    "abbreviation",
    {
        "BARseq": "Barcoded anatomy resolved by sequencing",
        "behavior": "Behavior",
        "behavior-videos": "Behavior videos",
        "brightfield": "Brightfield microscopy",
        "confocal": "Confocal microscopy",
        "EMG": "Electromyography",
        "EM": "Electron microscopy",
        "ecephys": "Extracellular electrophysiology",
        "fib": "Fiber photometry",
        "fMOST": "Fluorescence micro-optical sectioning tomography",
        "icephys": "Intracellular electrophysiology",
        "ISI": "Intrinsic signal imaging",
        "MRI": "Magnetic resonance imaging",
        "MAPseq": "Multiplexed analysis of projections by sequencing",
        "merfish": "Multiplexed error-robust fluorescence in situ hybridization",
        "one-photon": "One-photon imaging",
        "pophys": "Planar optical physiology",
        "slap2": "Random access projection microscopy",
        "slap": "Scanned line projection imaging",
        "SPIM": "Selective plane illumination microscopy",
        # The spelling is the vocabulary's.
        "STPT": "Serial two-photon tomogrophy",
        "scRNAseq": "Single cell RNA sequencing",
    },
    extra="forbid",
)

PlatformField = Annotated[Platform, BeforeValidator(PLATFORMS.resolve)]
ModalityField = Annotated[Modality, BeforeValidator(MODALITIES.resolve)]
