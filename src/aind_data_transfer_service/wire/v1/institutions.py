"""The institutions that own data, for ``data_description.json``.

Names and ROR identifiers as in ``aind-data-schema-models`` 0.8.0. An institution that is not
listed here is kept as given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, JsonValue

_ROR: JsonValue = {"name": "Research Organization Registry", "abbreviation": "ROR"}


@dataclass(frozen=True)
class Institution:
    """An institution and where it is registered."""

    name: str
    abbreviation: str | None = None
    registry: JsonValue = None
    registry_identifier: str | None = None


AIND = Institution(
    name="Allen Institute for Neural Dynamics",
    abbreviation="AIND",
    registry=_ROR,
    registry_identifier="04szwah67",
)

_KNOWN = {
    AIND.name: AIND,
    **{
        name: Institution(
            name=name, abbreviation=abbreviation, registry=_ROR, registry_identifier=identifier
        )
        for name, abbreviation, identifier in (
            ("Allen Institute", "AI", "03cpe7c52"),
            ("Allen Institute for Brain Science", "AIBS", "00dcv1019"),
            ("Columbia University", "Columbia", "00hj8s172"),
            ("Huazhong University of Science and Technology", "HUST", "00p991c53"),
            ("Janelia Research Campus", "Janelia", "013sk6x84"),
            ("New York University", "NYU", "0190ak572"),
        )
    },
}


def _complete(value: object) -> object:
    """Turn an object that names a known institution into the whole entry."""
    name = value.get("name") if isinstance(value, Mapping) else getattr(value, "name", None)
    return _KNOWN.get(name, value) if isinstance(name, str) else value


InstitutionField = Annotated[Institution, BeforeValidator(_complete)]
