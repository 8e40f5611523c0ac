"""A service with all that it can have: a cluster, S3, metadata and Code Ocean."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx

from aind_data_transfer_service.client import Client
from aind_data_transfer_service.engine.services.views import JobDetail, TaskView
from aind_data_transfer_service.metadata.options import MetadataOptions
from aind_data_transfer_service.metadata.schema_check import Verdicts, check_files
from aind_data_transfer_service.metadata.tools import python_of
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean, RunScript
from aind_data_transfer_service.testing.executor_suite import until
from aind_data_transfer_service.testing.metadata_service import Answer, MetadataService
from aind_data_transfer_service.testing.s3_bucket import REGION, S3Bucket

from ..running import running
from ..services.slurm import Cluster
from .guide import answers, examples, on_share, runnable

PATIENCE_SECONDS = 400
RESULTS_BUCKET = "results"
_PROJECTS = ["Ephys Platform", "Brain Computer Interface", "MSMA Platform"]
_PACE = 0.2
_RECORD = "metadata.nd.json"


@dataclass(frozen=True, slots=True)
class Asset:
    """What lies in the bucket at an asset's place."""

    objects: Mapping[str, int]
    """Path in the asset → bytes."""
    documents: Mapping[str, Any]
    """The JSON files at its top."""
    verdicts: Verdicts
    """What aind-data-schema says of them."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running service and all that is around it."""

    url: str
    folder: Path
    guide: Path
    python: str
    """Has the published packages."""
    tools: Path
    bucket: S3Bucket
    cluster: Cluster
    metadata: MetadataService
    code_ocean: FakeCodeOcean

    @property
    def share(self) -> Path:
        """Holds the guide's drives."""
        return self.folder / "share"

    def program(self, number: int) -> str:
        """Return the example of this number, with nothing but addresses and drives changed."""
        return on_share(runnable(examples(self.guide)[number - 1], self.url), self.share)

    def submit(self, program: str) -> str:
        """Run an example as a user would, and return the id of the job it asked for."""
        (answer,) = answers(self.python, program, self.folder)[-1]["data"]["responses"]
        return str(answer["dag_run_id"])

    def end(self, job_id: str) -> JobDetail:
        """Return a job once it has ended."""
        with Client(self.url) as client:
            client.wait(job_id, timeout=PATIENCE_SECONDS)
        answer = httpx.get(f"{self.url}/api/v2/jobs/{job_id}")
        return JobDetail.model_validate(answer.json())

    def succeed(self, program: str) -> JobDetail:
        """Run an example and return its job, which has succeeded."""
        job = self.end(self.submit(program))
        assert job.state == "success", job.error
        return job

    def verify(self, job: JobDetail) -> dict[str, Any]:
        """Return what the command says that compares an asset with its manifest."""
        command = ("verify", job.location.rstrip("/"), "--config", str(_config(self.folder)))
        done = subprocess.run(
            [sys.executable, "-m", "aind_data_transfer_service.cli", *command, "--json"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def asset(self, job: JobDetail) -> Asset:
        """Read what arrived."""
        client = self.bucket.client()
        prefix = f"{job.asset_name}/"
        pages = client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket.name, Prefix=prefix
        )
        objects = {
            found["Key"].removeprefix(prefix): found["Size"]
            for page in pages
            for found in page.get("Contents", ())
        }
        copies = self.folder / "arrived" / job.job_id
        copies.mkdir(parents=True)
        paths = {
            name: copies / name for name in objects if "/" not in name and name.endswith(".json")
        }
        for name, path in paths.items():
            client.download_file(self.bucket.name, prefix + name, str(path))
        client.close()
        documents = {name: json.loads(path.read_bytes()) for name, path in paths.items()}
        return Asset(objects, documents, self._verdicts(paths, documents))

    def slurm_jobs(self, job: JobDetail) -> list[str]:
        """Return the names of a job's Slurm jobs, as often as the cluster says that one ended."""
        return [ended["Name"] for ended in self.cluster.jobs_ended() if job.job_id in ended["Name"]]

    def wait_for_mails(self, count: int) -> list[EmailMessage]:
        """Return all mails once there are so many: they leave after the job has ended."""
        until(lambda: len(self.mails()) >= count)
        return self.mails()

    def mails(self) -> list[EmailMessage]:
        """Return all mails that were written."""
        return [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in sorted((self.folder / "home" / "outbox").glob("*.eml"))
        ]

    def _verdicts(self, paths: Mapping[str, Path], documents: Mapping[str, Any]) -> Verdicts:
        names = paths.keys() - {_RECORD}
        options = MetadataOptions(
            mapper=(str(python_of(self.tools, "mapper")), "-I"),
            schema2=(str(python_of(self.tools, "schema2")), "-I"),
        )
        return check_files(
            {name: paths[name] for name in sorted(names)},
            {name: documents[name] for name in names},
            options,
            self.folder,
        )


def tasks_of(job: JobDetail, task_id: str) -> list[TaskView]:
    """Return a task's elements."""
    return [task for task in job.tasks if task.task_id == task_id]


def executors(job: JobDetail, task_id: str) -> list[str]:
    """Return what ran each attempt at a task's elements."""
    return [attempt.executor for task in tasks_of(job, task_id) for attempt in task.attempts]


@contextmanager
def whole_site(folder: Path, services: Mapping[str, str], guide: Path) -> Iterator[Site]:
    """Run a service that has everything; its folder also holds the share."""
    bucket = S3Bucket.at(services["swift"])
    (folder / "share").mkdir()
    with MetadataService() as metadata, FakeCodeOcean() as code_ocean:
        metadata.answers["/project_names"] = Answer(data=_PROJECTS)
        # The guide's runs are asked for every three minutes: these have ended by the first time.
        code_ocean.world.usual_run = RunScript(looks=0)
        code_ocean.world.asset_looks = 0
        tables = _tables(folder, services, bucket, metadata, code_ocean)
        _config(folder).write_text(_toml(tables))
        with running(folder, "--config", str(_config(folder))) as url:
            yield Site(
                url=url,
                folder=folder,
                guide=guide,
                python=services["published"],
                tools=Path(services["metadata-tools"]),
                bucket=bucket,
                cluster=Cluster.at(services["slurm"]),
                metadata=metadata,
                code_ocean=code_ocean,
            )


def _config(folder: Path) -> Path:
    return folder / "site.toml"


def _tables(
    folder: Path,
    services: Mapping[str, str],
    bucket: S3Bucket,
    metadata: MetadataService,
    code_ocean: FakeCodeOcean,
) -> dict[str, dict[str, Any]]:
    """Return the settings as an administrator would write them, but for short waits."""
    cluster = Cluster.at(services["slurm"])
    return {
        "": {"source_roots": [str(folder / "share")]},
        "buckets": dict.fromkeys(("private", "open", "default"), bucket.url),
        "s3": {"endpoint_url": bucket.endpoint_url, "region": REGION, **bucket.credentials},
        "projects": {"url": f"{metadata.url}/project_names"},
        "metadata": {"service_url": metadata.url, "folder": services["metadata-tools"]},
        "codeocean": {
            "domain": code_ocean.url,
            "token": code_ocean.token,
            "results_bucket": RESULTS_BUCKET,
            "asset_poll": _PACE,
            "shortest_poll": _PACE,
        },
        "slurm": {
            "url": cluster.rest_url,
            "user": "root",
            "token_command": cluster.token_command,
            "partition": "main",
            "cpus": 1,
            "memory_mb": 500,
            "poll": _PACE,
        },
        "mail": {"digest_wait": 0},
    }


def _toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Write tables of plain values, whose JSON is TOML as well."""
    lines = []
    for table, values in tables.items():
        lines += [f"[{table}]"] if table else []
        lines += [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join([*lines, ""])
