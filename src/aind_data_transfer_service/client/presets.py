"""The presets of the service: settings of a job type's tasks, which administrators edit."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from ..wire.apis import Api
from . import v1
from .answers import as_object
from .errors import PresetRevisionUnknown, RequestRefused
from .preset_models import PresetChange, PresetItem, PresetValue

_BROKEN, _UNKNOWN = "preset_broken", "preset_unknown"


@dataclass(frozen=True, slots=True)
class PresetAddress:
    """What a preset is for."""

    api: Api
    job_type: str
    task_id: str
    modality: str | None = None
    """Abbreviation, for a task with settings per modality."""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.api, self.job_type, self.task_id, self.modality)))

    @property
    def path(self) -> str:
        """Path of the preset in the service's API."""
        words = ("job_types", self.job_type, "tasks", self.task_id, self.modality)
        below = "/".join(quote(word, safe="") for word in words if word)
        return f"/api/{self.api}/parameters/{below}"


class Presets:
    """Reads and changes presets; `Client.presets` is one.

    Every method raises `ServiceUnreachable` if no answer comes, and `RequestRefused` if the answer
    is an error, such as ``preset_conflict`` if somebody else changed the preset meanwhile.
    """

    def __init__(self, send: Callable[..., httpx.Response]) -> None:
        self._send = send

    def list(self, api: Api) -> tuple[PresetItem, ...]:
        """Return what presets there are for one API's jobs, without their values."""
        items = self._ask("GET", f"/api/{api}/parameters").json()["data"]
        return tuple(PresetItem.model_validate({**item, "version": api}) for item in items)

    def get(self, address: PresetAddress) -> PresetValue:
        """Return a preset as it is now."""
        return _value(self._ask("GET", address.path))

    def find(self, address: PresetAddress) -> PresetValue | None:
        """Return a preset as it is now, without a value if it is broken; None if there is none."""
        try:
            return self.get(address)
        except RequestRefused as refused:
            if refused.service_code == _UNKNOWN:
                return None
            if refused.service_code == _BROKEN:
                return PresetValue(value=None, revision=None)
            raise

    def at(self, address: PresetAddress, revision: str) -> PresetValue:
        """Return a preset as it is or was at a revision; raises `PresetRevisionUnknown`.

        Revisions are those that `history` tells, and the plan of a job.
        """
        now = self.find(address)
        if now is not None and now.revision == revision and now.value is not None:
            return now
        for change in self.history(address):
            if change.new_revision == revision:
                return PresetValue(value=change.new_value, revision=revision)
            if change.old_revision == revision and change.old_value is not None:
                return PresetValue(value=change.old_value, revision=revision)
        raise PresetRevisionUnknown(
            f"The history of {address} has no value of revision {revision!r}.",
            preset=str(address),
            revision=revision,
        )

    def set(
        self,
        address: PresetAddress,
        value: Mapping[str, Any],
        *,
        replaces: PresetValue | None,
        why: str | None = None,
    ) -> PresetValue:
        """Set a preset and return it as it is then.

        Parameters
        ----------
        address
            What it is for.
        value
            All of its new value.
        replaces
            What it is now; None: there is none yet. If this is not so any more, nothing is
            changed. A broken one is replaced by whatever this is.
        why
            The reason, for the history.
        """
        condition = {"If-None-Match": "*"}
        if replaces is not None:
            condition = {"If-Match": f'"{replaces.revision}"'} if replaces.revision else {}
        return _value(
            self._ask(
                "PUT",
                address.path,
                content=json.dumps(value).encode(),
                headers=condition,
                params={"why": why} if why else {},
            )
        )

    def history(self, address: PresetAddress) -> tuple[PresetChange, ...]:
        """Return the changes of a preset through the service, newest first."""
        changes = self._ask("GET", f"{address.path}/history").json()["data"]
        return tuple(PresetChange.model_validate(change) for change in changes)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._send(method, path, **options)
        if not response.is_success:
            raise v1.refusal(response)
        return response


def _value(answer: httpx.Response) -> PresetValue:
    return PresetValue(value=as_object(answer)["data"], revision=answer.headers["ETag"].strip('"'))
