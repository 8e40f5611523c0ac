"""Examples of what became of a spreadsheet, for the API's reference."""

from typing import Any

from ..api_v1.answers import example

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_TABLE = {
    "sheet": "jobs",
    "heading_row": 1,
    "headings": [{"column": "A", "text": "project_name"}, {"column": "B", "text": "platform"}],
    "rows": [{"row": 2, "cells": ["Ephys Platform", "ecephis"]}],
}
_ROW = {
    "row": 2,
    "valid": True,
    "job": 0,
    "asset_name": "ecephys_690165_2024-02-19_11-25-17",
    "target": "s3://private-bucket/ecephys_690165_2024-02-19_11-25-17/",
    "modalities": [
        {
            "name": "ecephys",
            "source": "/allen/aind/scratch/session/ecephys_data",
            "exists": True,
            "files": 12,
            "bytes": 3145728,
            "complete": True,
        }
    ],
}
_PROBLEM = {
    "code": "unknown_value",
    "severity": "error",
    "sheet": "jobs",
    "row": 2,
    "column": "B",
    "heading": "platform",
    "value": "ecephis",
    "message": "'ecephis' is not known. Did you mean 'ecephys'?",
    "allowed": ["behavior", "ecephys"],
    "nearest": "ecephys",
    "what_to_do": "Correct the cell.",
}

_FILE = {"schema": {"type": "string", "format": "binary"}}

TEMPLATES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A workbook with lists to choose from, or the same columns as CSV",
        "content": {XLSX: _FILE, "text/csv": {"schema": {"type": "string"}}},
    }
}

VALIDATE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: example(
        "Every row is a valid job",
        "Valid Data",
        {
            "jobs": [{"job_type": "default", "subject_id": "690165"}],
            "errors": [],
            "problems": [],
            "table": _TABLE,
            "rows": [_ROW],
        },
    ),
    406: example(
        "Some rows are not valid, or the file cannot be read",
        "There were errors",
        {
            "jobs": [],
            "errors": [
                f"Row 2, column B (platform): {_PROBLEM['message']} Allowed: behavior, ecephys"
            ],
            "problems": [_PROBLEM],
            "table": _TABLE,
            "rows": [{**_ROW, "valid": False, "job": None, "asset_name": None, "target": None}],
        },
    ),
}

ANNOTATED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The workbook, whether or not anything is wrong",
        "content": {XLSX: _FILE},
    },
    406: example(
        "The file cannot be read",
        "Invalid input file type",
        {"errors": ["Invalid input file type"], "problems": [{"code": "file_type_invalid"}]},
    ),
}
