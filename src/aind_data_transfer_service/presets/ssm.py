"""Presets as parameters of the AWS Systems Manager Parameter Store.

A revision is the parameter's version, which counts up by one with every change. Parameter Store
cannot write only if nothing changed. So `SsmPresets.put` looks first, and sees by the new version
whether somebody came in between; then the one who was first has it, as elsewhere.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import boto3
from botocore.config import Config

from ..ports.preset_store import (
    Preset,
    PresetBroken,
    PresetConflict,
    PresetKey,
    PresetKeyInvalid,
    PresetListing,
    PresetProblem,
    PresetUnknown,
)
from .names import ForeignName, PresetNames
from .ssm_errors import translated
from .values import check_value, read_value, write_value

_Parameter = Mapping[str, Any]
_PAGE = 10
"""The most that one answer may hold."""
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=8,
)


def ssm_client(
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    credentials: Mapping[str, str] | None = None,
) -> Any:
    """Return boto3's client; without credentials the machine's own AWS configuration is used."""
    session = boto3.Session(
        region_name=region,
        aws_access_key_id=credentials["access_key_id"] if credentials else None,
        aws_secret_access_key=credentials["secret_access_key"] if credentials else None,
    )
    with translated("reach Parameter Store"):
        return session.client("ssm", endpoint_url=endpoint_url, config=_CONFIG)


class SsmPresets:
    """Presets below one prefix of one account and region; one client serves all threads."""

    def __init__(self, prefix: str, client: Any) -> None:
        self._names = PresetNames(prefix)
        self._client = client

    def name_of(self, key: PresetKey) -> str:
        """Return the parameter's name."""
        return self._names.name(key)

    def list(self) -> PresetListing:
        """Read all parameters below the prefix."""
        presets: list[Preset] = []
        problems: list[PresetProblem] = []
        pages = self._client.get_paginator("get_parameters_by_path").paginate(
            Path=self._names.prefix, Recursive=True, PaginationConfig={"PageSize": _PAGE}
        )
        with translated(f"list the parameters below {self._names.prefix}"):
            parameters = [parameter for page in pages for parameter in page["Parameters"]]
        for parameter in parameters:
            name, key = parameter["Name"], None
            try:
                key = self._names.key(name)
                presets.append(_preset(key, parameter))
            except (ForeignName, PresetKeyInvalid, PresetBroken) as error:
                problems.append(PresetProblem(name, key, str(error)))
        presets.sort(key=lambda preset: str(preset.key))
        return PresetListing(tuple(presets), tuple(problems))

    def get(self, key: PresetKey) -> Preset:
        """Read one parameter."""
        return _preset(key, self._parameter(self.name_of(key)))

    def put(self, key: PresetKey, value: Mapping[str, Any], *, replaces: str | None) -> Preset:
        """Write one parameter."""
        text = write_value(check_value(key, value))
        name = self.name_of(key)
        found = self._version(name)
        if found != replaces:
            raise self._conflict(name, found, replaces)
        version = self._write(name, text, new=replaces is None)
        expected = int(replaces or 0) + 1
        if version != expected:
            self._yield_to(name, expected, text)
        return _preset(key, self._parameter(f"{name}:{version}"))

    def _version(self, name: str) -> str | None:
        try:
            return str(self._parameter(name)["Version"])
        except PresetUnknown:
            return None

    def _yield_to(self, name: str, first: int, ours: str) -> None:
        """Put back what the first of two writers wrote, unless that was ourselves."""
        theirs = self._parameter(f"{name}:{first}")["Value"]
        if theirs != ours:  # else the answer to our first try was lost, and boto3 repeated it
            self._write(name, theirs, new=False)
            raise self._conflict(name, str(first), str(first - 1))

    def _parameter(self, selector: str) -> _Parameter:
        with translated(f"read the parameter {selector}"):
            parameter: _Parameter = self._client.get_parameter(Name=selector)["Parameter"]
        return parameter

    def _write(self, name: str, text: str, *, new: bool) -> int:
        with translated(f"write the parameter {name}"):
            answer = self._client.put_parameter(
                Name=name, Value=text, Type="String", Overwrite=not new
            )
        return int(answer["Version"])

    @staticmethod
    def _conflict(name: str, found: str | None, expected: str | None) -> PresetConflict:
        return PresetConflict(
            f"{name} is at revision {found or 'none'}, not {expected or 'none'}:"
            " somebody else changed it.",
            found=found,
            expected=expected,
        )


def _preset(key: PresetKey, parameter: _Parameter) -> Preset:
    revision = str(parameter["Version"])
    if parameter["Type"] != "String":
        fault = f"the parameter is a {parameter['Type']}; a preset is a String, never a secret."
        raise PresetBroken(key, fault, revision=revision)
    return Preset(
        key=key,
        value=read_value(key, parameter["Value"], revision),
        revision=revision,
        modified=parameter["LastModifiedDate"].astimezone(UTC),
    )
