"""Writes ``processing.json``: what was done to the data on their way.

Schema: aind-data-schema 1.4.0, ``Processing`` (schema version 1.1.4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .files import Document

CODE_URL = "https://github.com/AllenNeuralDynamics/aind-data-transfer-service"
_SCHEMA = "https://raw.githubusercontent.com/AllenNeuralDynamics/aind-data-schema/main/src/"
_PROCESSOR = "aind-data-transfer-service"


@dataclass(frozen=True, slots=True)
class Transform:
    """One modality that was transformed. Times are UTC."""

    input_location: str
    output_location: str
    """Where the compressed data are once uploaded."""
    started: datetime
    ended: datetime
    parameters: Mapping[str, Any]
    outputs: Mapping[str, Any]
    notes: str
    name: str = "Compression"
    """One of aind-data-schema's ``ProcessName``."""
    code_url: str = CODE_URL
    code_version: str | None = None
    """None: the service's own."""


def processing(version: str, transforms: Sequence[Transform]) -> Document:
    """Return the document for the transforms done; with none, its list of processes is empty."""
    return {
        "describedBy": f"{_SCHEMA}aind_data_schema/core/processing.py",
        "schema_version": "1.1.4",
        "processing_pipeline": {
            "data_processes": [_data_process(version, one) for one in transforms],
            "processor_full_name": _PROCESSOR,
            "pipeline_version": version,
            "pipeline_url": CODE_URL,
            "note": None,
        },
        "analyses": [],
        "notes": None,
    }


def merged(existing: Document, ours: Document) -> Document | None:
    """Return ``existing`` with our processes at the end; None if it is of another generation.

    Processes that an earlier attempt added (same code, same output) are replaced.
    """
    pipeline = existing.get("processing_pipeline")
    if not isinstance(pipeline, dict) or not isinstance(pipeline.get("data_processes"), list):
        return None
    added = ours["processing_pipeline"]["data_processes"]
    identities = [_identity(process) for process in added]
    kept = [p for p in pipeline["data_processes"] if _identity(p) not in identities]
    return existing | {"processing_pipeline": pipeline | {"data_processes": kept + added}}


def _data_process(version: str, done: Transform) -> Document:
    code_version = done.code_version or version
    return {
        "name": done.name,
        "software_version": code_version,
        "start_date_time": _utc(done.started),
        "end_date_time": _utc(done.ended),
        "input_location": done.input_location,
        "output_location": done.output_location,
        "code_url": done.code_url,
        "code_version": code_version,
        "parameters": dict(done.parameters),
        "outputs": dict(done.outputs),
        "notes": done.notes,
        "resources": None,
    }


def _identity(process: object) -> tuple[object, object] | None:
    if not isinstance(process, dict):
        return None
    return process.get("code_url"), process.get("output_location")


def _utc(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
