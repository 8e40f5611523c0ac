"""Writes ``data_description.json`` for a session that came without one.

Schema: aind-data-schema 1.4.0, ``RawDataDescription`` (schema version 1.0.4), the last of the
generation that assets of the first service have. It asks for at least one funding source and one
investigator, which a request does not name; see ``docs/decisions/0006-metadata-generation.md``.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..domain.plan import JobPlan
from .files import Document

_SCHEMA = "https://raw.githubusercontent.com/AllenNeuralDynamics/aind-data-schema/main/src/"
_ROR = {"name": "Research Organization Registry", "abbreviation": "ROR"}
_INSTITUTION = {
    "name": "Allen Institute for Neural Dynamics",
    "abbreviation": "AIND",
    "registry": _ROR,
    "registry_identifier": "04szwah67",
}
# What the schema's guide says to name where no grant is: "Allen Institute".
_INTERNAL_FUNDING = {
    "funder": {
        "name": "Allen Institute",
        "abbreviation": "AI",
        "registry": _ROR,
        "registry_identifier": "03cpe7c52",
    },
    "grant_number": None,
    "fundee": None,
}
_UNKNOWN_PERSON = {
    "name": "Unknown",
    "abbreviation": None,
    "registry": None,
    "registry_identifier": None,
}

ASSUMED = ("funding_source", "investigators")
"""Fields of the written file that nobody told the service."""


def institution_of(settings: Mapping[str, Any]) -> Document:
    """Return the institution that the settings name: AIND unless they say otherwise."""
    described = settings.get("raw_data_description_settings") or {}
    institution: Document = described.get("institution") or _INSTITUTION
    return institution


def data_description(plan: JobPlan, settings: Mapping[str, Any]) -> Document | None:
    """Return the description of the raw asset; None without a platform, which it cannot lack."""
    if plan.platform is None:
        return None
    return {
        "describedBy": f"{_SCHEMA}aind_data_schema/core/data_description.py",
        "schema_version": "1.0.4",
        "license": "CC-BY-4.0",
        "platform": {"name": plan.platform_name, "abbreviation": plan.platform},
        "subject_id": plan.subject_id,
        "creation_time": creation_time(plan.acq_datetime),
        "label": None,
        "name": plan.asset_name,
        "institution": institution_of(settings),
        "funding_source": [_INTERNAL_FUNDING],
        "data_level": "raw",
        "group": None,
        "investigators": [_UNKNOWN_PERSON],
        "project_name": plan.project_name,
        "restrictions": None,
        "modality": [
            {"name": modality.name, "abbreviation": modality.abbreviation}
            for modality in plan.modalities
        ],
        "related_data": [],
        "data_summary": None,
    }


def creation_time(acq_datetime: str) -> str:
    """Return the acquisition's time with an offset, which the schema demands.

    An offset that was given is kept. A time without one is written with ``Z``, its digits as they
    are: readers rebuild the asset's name from these digits, and the assets that exist are so.
    """
    moment = datetime.fromisoformat(acq_datetime)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat().replace("+00:00", "Z")
