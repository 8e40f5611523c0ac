"""The platforms, modalities and institutions a request may name.

Names and abbreviations are those of ``aind-data-schema-models`` 0.8.0, which the V1 API used, and
for modalities also those of 6.3.1 (which has no platforms any more).
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticKnownError

from .problems import problem_error


class Term(BaseModel):
    """A word of a controlled vocabulary; equal words are one object."""

    model_config = ConfigDict(frozen=True)

    name: str
    abbreviation: str

    ALL: ClassVar[tuple[Self, ...]] = ()
    # The member an object is recognised by, as in the reference's JSON schema.
    DISCRIMINATOR: ClassVar[str]
    BY_KEY: ClassVar[dict[str, Self]] = {}
    BY_DISCRIMINATOR: ClassVar[dict[str, Self]] = {}

    @classmethod
    def define(cls, terms: Mapping[str, str]) -> None:
        """Set the vocabulary from abbreviations and names."""
        cls.ALL = tuple(cls(name=name, abbreviation=short) for short, name in terms.items())
        cls.BY_KEY = {_key(term.abbreviation): term for term in cls.ALL}
        cls.BY_DISCRIMINATOR = {getattr(term, cls.DISCRIMINATOR): term for term in cls.ALL}

    @classmethod
    def find(cls, abbreviation: str) -> Self | None:
        """Return the term of that abbreviation; upper case and ``_`` for ``-`` do not matter."""
        return cls.BY_KEY.get(_key(abbreviation))

    @classmethod
    def from_abbreviation(cls, abbreviation: str) -> Self:
        """Return the term of that exact abbreviation, else raise `KeyError`."""
        return {term.abbreviation: term for term in cls.ALL}[abbreviation]

    @classmethod
    def abbreviations(cls) -> tuple[str, ...]:
        """Return all abbreviations, in the vocabulary's order."""
        return tuple(term.abbreviation for term in cls.ALL)

    @classmethod
    def resolve(cls, value: object) -> object:
        """Turn an abbreviation, an object or another package's term into ours.

        What is none of these is returned as it is, for pydantic to refuse.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls.find(value) or _refuse("abbreviation", value, cls.abbreviations())
        if isinstance(value, Mapping):
            given = value
        elif hasattr(value, "name") and hasattr(value, "abbreviation"):
            given = {"name": value.name, "abbreviation": value.abbreviation}
        else:
            return value
        return cls._from_object(given)

    @classmethod
    def _from_object(cls, given: Mapping[str, object]) -> Self:
        tag = given.get(cls.DISCRIMINATOR)
        if tag is None:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": cls._quoted()})
        term = cls.BY_DISCRIMINATOR.get(str(tag))
        if term is None:
            return _refuse(cls.DISCRIMINATOR, str(tag), tuple(cls.BY_DISCRIMINATOR))
        for member in ("name", "abbreviation"):
            if given.get(member, expected := getattr(term, member)) != expected:
                raise problem_error(
                    "name_and_abbreviation_differ",
                    f"{member} {given[member]!r} does not belong to {tag!r}; it is {expected!r}",
                    nearest=expected,
                )
        return term

    @classmethod
    def _quoted(cls) -> str:
        return f"'{cls.DISCRIMINATOR}'"


def _key(abbreviation: str) -> str:
    return abbreviation.upper().replace("-", "_")


def _refuse[T](discriminator: str, tag: str, allowed: tuple[str, ...]) -> T:
    raise NotImplementedError
