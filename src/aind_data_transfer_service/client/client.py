"""A client of the service's HTTP API."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from ..wire.apis import Api, api_of
from . import v1
from .answers import refusal
from .errors import ServiceUnreachable, StillRunning
from .models import Job, JobPage, Submission, Validation
from .plans import Plan
from .presets import Presets
from .sheets import SheetValidation, sheet_validation

_WAIT_PACE_SECONDS = 0.5
_LONGEST_PACE_SECONDS = 2.0


class Client:
    """Speaks to one service. Use it as a context manager, or close it.

    Every method raises `ServiceUnreachable` if no answer comes, and `RequestRefused` if the answer
    is an error.

    Parameters
    ----------
    base_url
        Such as ``http://aind-data-transfer-service``.
    token
        Sent with every request; machines in the service's trusted networks need none.
    timeout
        Seconds to wait for an answer.
    transport
        Carries the requests in place of the network.
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def presets(self) -> Presets:
        """The presets of the service."""
        return Presets(self._send)

    def validate(self, request: Mapping[str, Any] | bytes, *, api: Api | None = None) -> Validation:
        """Ask whether a request would be accepted.

        ``request`` is it, or its JSON text; ``api`` is told by it if it is None.
        """
        path = f"/api/{api or api_of(request)}/validate_json"
        return v1.validation(self._send("POST", path, content=_text(request)))

    def submit(
        self,
        request: Mapping[str, Any] | bytes,
        *,
        api: Api | None = None,
        idempotency_key: str | None = None,
    ) -> Submission:
        """Submit a request; raises `RequestRefused`, with ``details["problems"]``, if not valid.

        Parameters
        ----------
        request
            The request, or its JSON text.
        api
            Which API it is for; None: told by the request.
        idempotency_key
            1 to 255 visible characters that no other request has. The very same request sent
            again with its key within 24 hours gets the same answer and queues nothing.
        """
        path = f"/api/{api or api_of(request)}/submit_jobs"
        keyed = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return v1.submission(self._send("POST", path, content=_text(request), headers=keyed))

    def plan(self, request: Mapping[str, Any] | bytes, *, api: Api | None = None) -> Plan:
        """Tell all that a request would do; nothing is written.

        Raises `RequestRefused`, with the problems in ``details``, if it is not valid.
        """
        query = {"api": api or api_of(request)}
        answer = self._ask("POST", "/api/v2/plan", params=query, content=_text(request))
        return Plan.model_validate(answer.json())

    def validate_sheet(self, name: str, content: bytes) -> SheetValidation:
        """Ask which rows of a spreadsheet would be accepted; ``name`` is its file's."""
        return sheet_validation(
            self._send("POST", "/api/v2/validate_csv", files={"file": (name, content)})
        )

    def submit_jobs(self, jobs: Sequence[Mapping[str, Any]]) -> Submission:
        """Submit jobs as V2 requests have them, such as those of a valid sheet.

        Raises `RequestRefused`, with the problems in ``details``, if they are not valid.
        """
        return self.submit({"upload_jobs": list(jobs)}, api="v2")

    def template(self, *, csv: bool = False) -> bytes:
        """Return the spreadsheet to fill in: a workbook (.xlsx), or CSV."""
        query = {"format": "csv" if csv else "xlsx"}
        return self._ask("GET", "/api/job_upload_template", params=query).content

    def jobs(
        self, *, states: tuple[str, ...] = (), limit: int | None = None, offset: int = 0
    ) -> JobPage:
        """Return a page of jobs, newest first, without their tasks."""
        query: dict[str, Any] = {"state": list(states), "offset": offset}
        if limit is not None:
            query["limit"] = limit
        return JobPage.model_validate(self._ask("GET", "/api/v2/jobs", params=query).json())

    def job(self, job_id: str) -> Job:
        """Return one job with its tasks."""
        return Job.model_validate(self._ask("GET", _job_path(job_id)).json())

    def logs(
        self, job_id: str, task_id: str, *, map_index: int = -1, try_number: int | None = None
    ) -> str:
        """Return the log of one attempt at a task; None: the latest."""
        query = {"map_index": map_index}
        if try_number is not None:
            query["try_number"] = try_number
        path = f"{_job_path(job_id)}/tasks/{_quoted(task_id)}/logs"
        return self._ask("GET", path, params=query).text

    def cancel(self, job_id: str) -> None:
        """Ask for the end of a job; does nothing to one that has ended."""
        self._ask("POST", f"{_job_path(job_id)}/cancel")

    def retry(
        self,
        job_id: str,
        task_id: str | None = None,
        *,
        map_index: int | None = None,
        run: int | None = None,
    ) -> int:
        """Queue a failed job again, from the task that failed, and return the run's number.

        Parameters
        ----------
        job_id
            The job.
        task_id
            The task that failed; None: whichever did.
        map_index
            Only this element of it.
        run
            The run that failed, as `job` tells it: then sending it again queues nothing twice.
        """
        wanted = {"task_id": task_id, "map_index": map_index, "run": run}
        content = _text({key: value for key, value in wanted.items() if value is not None})
        answer = self._ask("POST", f"{_job_path(job_id)}/retry", content=content)
        return int(answer.json()["run"])

    def wait(
        self,
        job_id: str,
        *,
        timeout: float | None = None,
        on_update: Callable[[Job], None] = lambda _job: None,
    ) -> Job:
        """Return the job once it has ended; raises `StillRunning` after ``timeout`` seconds.

        A service that does not answer for a while (a restart) is asked again until the time is
        over; without a timeout, for one minute.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        answered = time.monotonic()
        pace = _WAIT_PACE_SECONDS
        while True:
            try:
                job = self.job(job_id)
            except ServiceUnreachable:
                if time.monotonic() > (deadline or answered + 60.0):
                    raise
            else:
                answered = time.monotonic()
                on_update(job)
                if job.is_finished:
                    return job
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise StillRunning(f"Job {job_id} has not ended within {timeout:g} s.")
            time.sleep(pace if left is None else min(pace, left))
            pace = min(pace * 1.05, _LONGEST_PACE_SECONDS)

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._send(method, path, **options)
        if not response.is_success:
            raise refusal(response)
        return response

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if "content" in options else {}
        headers |= options.pop("headers", {})
        try:
            return self._http.request(method, path, headers=headers, **options)
        except (httpx.TransportError, httpx.InvalidURL) as problem:
            raise ServiceUnreachable(
                f"{self.base_url} does not answer: {str(problem) or type(problem).__name__}.",
                url=self.base_url,
            ) from problem


def _text(request: Mapping[str, Any] | bytes) -> bytes:
    return request if isinstance(request, bytes) else json.dumps(request).encode()


def _job_path(job_id: str) -> str:
    return f"/api/v2/jobs/{_quoted(job_id)}"


def _quoted(part: str) -> str:
    return quote(part, safe="")
