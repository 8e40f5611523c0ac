"""The tasks of Code Ocean, attempt after attempt, against the fake."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from aind_data_transfer_service.domain.pipeline import TaskId
from aind_data_transfer_service.executors.polling import PollingExecutor
from aind_data_transfer_service.ports.executor import LaunchRequest, Resources, RunState, RunStatus
from aind_data_transfer_service.settings import (
    CodeOceanSettings,
    DocumentStoreSettings,
    RetryPolicy,
)
from aind_data_transfer_service.tasks.spec import RESULT_FILE, SPEC_FILE, EarlierTask, TaskResult
from aind_data_transfer_service.testing.code_ocean import FakeCodeOcean

from .factories import JOB_ID, make_plan, make_spec

ASSET = "ecephys_690165_2024-02-19_11-25-17"
REGISTER = TaskId.REGISTER_DATA_ASSET
RUN = TaskId.RUN_CODEOCEAN_PIPELINE
_PATIENCE_SECONDS = 20

REGISTRATION: Mapping[str, Any] = {
    "name": ASSET,
    "mount": ASSET,
    "tags": ["690165", "ecephys", "raw"],
    "custom_metadata": {"data level": "raw", "subject id": "690165"},
    "source": {
        "aws": {
            "bucket": "real-bucket",
            "prefix": ASSET,
            "keep_on_external_storage": True,
            "public": False,
        }
    },
    "permissions": {"everyone": "viewer"},
}


def run_settings(**changes: Any) -> dict[str, Any]:
    """Return the settings of one run, as plans have them."""
    return {
        "computation_polling_interval": 0.01,
        "data_asset_ready_polling_interval": 0.01,
        "run_params": {
            "pipeline_id": "pipeline-1",
            "data_assets": [{"id": "", "mount": "data"}],
            "parameters": ["a"],
        },
        **changes,
    }


def capturing(**changes: Any) -> dict[str, Any]:
    """Return the settings of a run whose results are captured."""
    capture = {
        "tags": ["derived"],
        "process_name_suffix": "sorted",
        "process_name_suffix_tz": "UTC",
        "permissions": {"everyone": "viewer"},
    }
    return run_settings(capture_settings={**capture, **changes})


def quick(fake: FakeCodeOcean, **changes: Any) -> CodeOceanSettings:
    """Return settings that wait for nothing longer than tests should."""
    values: dict[str, Any] = {
        "domain": fake.url,
        "token": SecretStr(fake.token),
        "timeout": timedelta(seconds=0.5),
        "asset_poll": timedelta(seconds=0.01),
        "shortest_poll": timedelta(seconds=0.01),
        "settle": timedelta(seconds=1.5),
    }
    return CodeOceanSettings(**(values | changes))


class CodeOceanJob:
    """One job's elements, whose attempts run as a worker runs them."""

    def __init__(self, folder: Path, fake: FakeCodeOcean) -> None:
        self.folder = folder
        self.fake = fake
        self.settings = quick(fake)
        self.documents = DocumentStoreSettings()
        self.retry = RetryPolicy()
        self.asset_id = ""
        self._attempts = 0
        self._executor = PollingExecutor(self.settings, self.documents)

    @property
    def staging(self) -> Path:
        """Where the asset is put together."""
        return self.folder / "staging" / JOB_ID

    def registered(self) -> "CodeOceanJob":
        """Let the asset be there, as the task before leaves it."""
        params = {name: value for name, value in REGISTRATION.items() if name != "permissions"}
        self.asset_id = self.fake.world.create_asset(params)["id"]
        return self

    def restart_worker(self) -> None:
        """Go on in a worker that knows nothing but the files."""
        self._executor.end_all()
        self._executor = PollingExecutor(self.settings, self.documents)

    def begin(
        self, task: TaskId, settings: Mapping[str, Any], *, index: int = -1
    ) -> "StartedAttempt":
        """Start another attempt at an element."""
        self._attempts += 1
        folder = self.folder / f"attempt-{self._attempts}"
        folder.mkdir(parents=True)
        asset = EarlierTask(
            task_id=REGISTER,
            map_index=-1,
            label=None,
            state="success",
            outputs={"asset_id": self.asset_id, "asset_name": ASSET},
        )
        spec = make_spec(
            self.folder,
            task,
            plan=make_plan(self.folder, asset_name=ASSET),
            map_index=index,
            attempt=self._attempts,
            tries=self._attempts,
            retry=self.retry,
            settings=dict(settings),
            earlier=(asset,),
        )
        (folder / SPEC_FILE).write_text(spec.model_dump_json())
        request = LaunchRequest(key=folder.name, folder=folder, resources=Resources())
        handle = self._executor.start(request)
        assert handle is not None
        return StartedAttempt(self, folder)

    def run(self, task: TaskId, settings: Mapping[str, Any], *, index: int = -1) -> TaskResult:
        """Carry another attempt to its end."""
        return self.begin(task, settings, index=index).end()

    def poll(self, folder: Path) -> RunStatus:
        return self._executor.poll([{"folder": str(folder)}])[0]

    def poll_all(self, attempts: Sequence["StartedAttempt"]) -> list[RunStatus]:
        return [self.poll(attempt.folder) for attempt in attempts]

    def cancel(self, folder: Path) -> None:
        self._executor.cancel({"folder": str(folder)})

    def close(self) -> None:
        self._executor.end_all()


class StartedAttempt:
    """An attempt under way."""

    def __init__(self, job: CodeOceanJob, folder: Path) -> None:
        self.job = job
        self.folder = folder

    def wait_until_asked(self, method: str, path: str, times: int = 1) -> None:
        """Carry it on until Code Ocean got a request."""
        self.until(lambda: self.job.fake.count(method, path) >= times)

    def end(self) -> TaskResult:
        """Carry it to its end and return its result."""
        self.until(lambda: self.job.poll(self.folder).state is RunState.ENDED)
        return TaskResult.model_validate_json((self.folder / RESULT_FILE).read_bytes())

    def cancelled(self) -> TaskResult:
        """Cancel it, and return its result."""
        self.job.cancel(self.folder)
        return self.end()

    @property
    def outputs(self) -> Mapping[str, Any]:
        """What is shown while it runs."""
        return self.job.poll(self.folder).outputs

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text()

    def until(self, holds: Callable[[], bool]) -> None:
        """Carry it on until something holds."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < end, "waited in vain"
            self.job.poll(self.folder)
            time.sleep(0.005)
