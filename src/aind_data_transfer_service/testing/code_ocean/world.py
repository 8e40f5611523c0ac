"""What the fake Code Ocean holds: assets, capsules, pipelines and their runs.

Bodies have the members that the package ``codeocean`` reads.
"""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class RunScript:
    """How a run goes."""

    looks: int = 1
    """How often it is seen under way before it is over; -1: until `World.finish`."""
    state: str = "completed"
    end_status: str | None = "succeeded"
    exit_code: int | None = 0
    results: Mapping[str, bytes] = field(default_factory=dict)
    """Files at the top of its results."""


class World:
    """All that is at this Code Ocean. Any thread may use it."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.assets: dict[str, Json] = {}
        self.runs: dict[str, Json] = {}
        self.deleted_runs: list[str] = []
        self.permissions: dict[str, Json] = {}
        self.scripts: list[RunScript] = []
        """How the next runs go, the first one first."""
        self.usual_run = RunScript()
        """How all others go."""
        self.asset_looks = 1
        """How often an asset is seen as a draft before it is ready; -1: until `finish`."""
        self.asset_failure: str | None = None
        """Why assets that are created from now on fail; None: they do not."""
        self.unknown: set[str] = set()
        """Ids of capsules and pipelines that there are not; all others there are."""
        self._how: dict[str, RunScript] = {}
        self._looks: dict[str, int] = {}
        self._failures: dict[str, str | None] = {}
        self._numbers = itertools.count(1)

    def create_asset(self, params: Json) -> Json:
        """Take an asset in."""
        for name in ("name", "tags", "mount"):
            if not params.get(name):
                raise Refusal(400, f"{name} is required")
        source = params.get("source") or {}
        if not any(source.values()):
            raise Refusal(400, "source is required")
        place = source.get("aws") or (params.get("target") or {}).get("aws")
        run = source.get("computation")
        if run and run["id"] not in self.runs:
            raise Refusal(404, "computation not found")
        with self.lock:
            asset: Json = {
                "id": self._id("asset"),
                "created": int(time.time()),
                "name": params["name"],
                "mount": params["mount"],
                "description": params.get("description"),
                "tags": list(params["tags"]),
                "custom_metadata": params.get("custom_metadata"),
                "last_used": 0,
                "owner": "owner",
                "state": "draft",
                "type": "result" if run else "dataset",
                "source_bucket": place
                and {
                    "origin": "aws",
                    "bucket": place["bucket"],
                    "prefix": place.get("prefix"),
                    "external": True,
                },
                "provenance": run and {"computation": run["id"]},
            }
            self.assets[asset["id"]] = asset
            self._looks[asset["id"]] = self.asset_looks
            self._failures[asset["id"]] = self.asset_failure
            return dict(asset)

    def asset(self, asset_id: str) -> Json:
        """Return an asset; each look brings it nearer to its end."""
        with self.lock:
            asset = _known(self.assets, asset_id, "data asset")
            if asset["state"] == "draft" and self._has_ended(asset_id):
                failure = self._failures[asset_id]
                asset |= {"state": "failed" if failure else "ready", "failure_reason": failure}
            return dict(asset)

    def search(self, params: Json) -> Json:
        """Return the assets whose name and tags hold what is looked for, whatever the case."""
        words = dict(_words(str(params.get("query") or "")))
        with self.lock:
            found = [
                dict(asset)
                for asset in self.assets.values()
                if words.get("name", "").lower() in asset["name"].lower()
                and ("tag" not in words or words["tag"] in asset["tags"])
            ]
        start = int(params.get("next_token") or 0)
        limit = int(params.get("limit") or 100)
        more = len(found) > start + limit
        return {
            "has_more": more,
            "next_token": str(start + limit) if more else None,
            "results": found[start : start + limit],
        }

    def permit(self, asset_id: str, permissions: Json) -> None:
        """Note who may do what with an asset."""
        with self.lock:
            _known(self.assets, asset_id, "data asset")
            self.permissions[asset_id] = permissions

    def start_run(self, params: Json) -> Json:
        """Begin a run."""
        capsule, pipeline = params.get("capsule_id"), params.get("pipeline_id")
        if bool(capsule) == bool(pipeline):
            raise Refusal(400, "exactly one of capsule_id and pipeline_id is required")
        self.place("capsule" if capsule else "pipeline", str(capsule or pipeline))
        inputs = params.get("data_assets") or []
        with self.lock:
            for given in inputs:
                _known(self.assets, given["id"], "data asset")
            run: Json = {
                "id": self._id("run"),
                "created": int(time.time()),
                "name": f"Run {len(self.runs) + 1}",
                "owner": "owner",
                "run_time": 0,
                "state": "initializing",
                "data_assets": inputs,
                "parameters": [{"value": value} for value in params.get("parameters") or []],
            }
            self.runs[run["id"]] = run | {"asked": params}
            self._how[run["id"]] = how = self.scripts.pop(0) if self.scripts else self.usual_run
            self._looks[run["id"]] = how.looks
            return run

    def run(self, run_id: str) -> Json:
        """Return a run; each look brings it nearer to its end."""
        with self.lock:
            run = _known(self.runs, run_id, "computation")
            if run["state"] in ("initializing", "running"):
                run["state"] = "running"
                if self._has_ended(run_id):
                    how = self._how[run_id]
                    ends = {"end_status": how.end_status, "exit_code": how.exit_code}
                    run |= {"state": how.state, **ends, "has_results": bool(how.results)}
            return {name: value for name, value in run.items() if name != "asked"}

    def runs_of(self, kind: str, place_id: str) -> list[Json]:
        """Return all runs of a capsule or pipeline, newest first."""
        self.place(kind, place_id)
        with self.lock:
            return [
                {name: value for name, value in run.items() if name != "asked"}
                for run in reversed(self.runs.values())
                if run["asked"].get(f"{kind}_id") == place_id
            ]

    def finish(self, thing_id: str) -> None:
        """Let a run, or the making of an asset, end at the next look."""
        with self.lock:
            self._looks[thing_id] = 0

    def delete_run(self, run_id: str) -> None:
        """Stop and forget a run."""
        with self.lock:
            _known(self.runs, run_id, "computation")
            del self.runs[run_id]
            self.deleted_runs.append(run_id)

    def result_files(self, run_id: str) -> Mapping[str, bytes]:
        """Return the files of a run's results."""
        with self.lock:
            _known(self.runs, run_id, "computation")
            return self._how[run_id].results

    def place(self, kind: str, place_id: str) -> Json:
        """Return a capsule or pipeline."""
        if place_id in self.unknown:
            raise Refusal(404, f"{kind} not found")
        return {
            "id": place_id,
            "created": 0,
            "name": f"The {kind}",
            "status": "non_release",
            "owner": "owner",
            "slug": f"slug-of-{place_id}",
        }

    def _has_ended(self, item: str) -> bool:
        left = self._looks[item]
        self._looks[item] = max(left - 1, -1) if left > 0 else left
        return left == 0

    def _id(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers):04}"


def _known(things: dict[str, Json], thing_id: str, kind: str) -> Json:
    if thing_id not in things:
        raise Refusal(404, f"{kind} not found")
    return things[thing_id]


def _words(query: str) -> list[tuple[str, str]]:
    """Split ``name:"a b" tag:"c"`` into fields and values."""
    pieces = query.split('"')
    return [
        (pieces[index].strip().rstrip(":"), pieces[index + 1])
        for index in range(0, len(pieces) - 1, 2)
    ]
