"""Speaks with slurmrestd: which version it knows, what it answers, and what its errors mean."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx

from ...errors import SettingsInvalid
from ...ports.executor import ExecutorUnavailable, LaunchRefused
from ...settings import SlurmSettings
from .auth import Token
from .dialects import DIALECTS, Dialect, JobRecord, Submission

logger = logging.getLogger(__name__)

_NOT_FOUND = 404
_UNAUTHORIZED = 401
_OK = 200
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"
_NOTHING_FOUND = 9003
"""Not an error: the accounting has no such job."""
# Slurm's errors that pass: limits on the number of jobs, and a controller that is busy.
_PASSING_ERRORS = frozenset({2050, 2051, 2075})
# Its errors of a controller that could not be asked, from connection to reply.
_AWAY_ERRORS = frozenset({*range(1001, 1005), *range(1800, 1805)})


class SlurmAnswerOdd(ExecutorUnavailable):
    """slurmrestd answered with something that is no answer."""

    code = "slurm_answer_odd"


class SlurmLimitReached(LaunchRefused):
    """A limit of the cluster allows no more jobs now."""

    code = "slurm_limit_reached"
    what_to_do_default = "It is tried again by itself, when other jobs have ended."
    retryable = True


class _Failed(Exception):
    """An answer with errors."""

    def __init__(self, answer: httpx.Response, content: Mapping[str, Any]) -> None:
        errors: list[Mapping[str, Any]] = content.get("errors") or []
        self.done = content if answer.status_code == _OK else {}
        texts = [_error_text(error) for error in errors]
        super().__init__("; ".join(filter(None, texts)) or f"HTTP status {answer.status_code}")
        self.numbers = {_error_number(error) for error in errors}


class SlurmRest:
    """A cluster's REST service. Methods may be called from any thread.

    A controller that is away makes slurmrestd answer as if jobs were unknown, so each error is
    believed only after a good ping: else it is `ExecutorUnavailable`.
    """

    def __init__(self, settings: SlurmSettings) -> None:
        self._settings = settings
        self._token = Token(settings)
        self._lock = threading.Lock()
        self._dialect: Dialect | None = None
        transport = httpx.HTTPTransport(uds=str(settings.socket)) if settings.socket else None
        self._client = httpx.Client(
            base_url=settings.url or "http://localhost",
            timeout=settings.timeout.total_seconds(),
            verify=_trust(settings),
            transport=transport,
        )
        self.requests = 0
        """Requests sent so far."""

    @property
    def dialect(self) -> Dialect:
        """The newest version that both sides know, unless the settings name one."""
        with self._lock:
            if self._dialect is None:
                self._dialect = self._choose()
                logger.info("slurmrestd speaks %s", self._dialect.version)
            return self._dialect

    def ping(self) -> None:
        """Return if the controller answers; raises `ExecutorUnavailable`."""
        try:
            answer = self._call("GET", "ping")
        except _Failed as failed:
            raise ExecutorUnavailable(f"Slurm's controller does not answer: {failed}") from failed
        pings = answer.get("pings") or []
        if not any(ping.get("ping", ping.get("pinged")) == "UP" for ping in pings):
            raise ExecutorUnavailable("Slurm's controller does not answer slurmrestd.")

    def submit(self, submission: Submission) -> int:
        """Submit a job and return its id.

        Raises `LaunchRefused`, or `ExecutorUnavailable`, after which it may have been submitted.
        """
        try:
            answer = self._call("POST", "job/submit", self.dialect.submission(submission))
            return int(answer["job_id"])
        except _Failed as failed:
            if failed.done.get("job_id"):  # it waits: for nodes that are drained, or held
                logger.warning("Slurm job %s: %s", failed.done["job_id"], failed)
                return int(failed.done["job_id"])
            if failed.numbers & _AWAY_ERRORS:  # it may be back already: a ping proves nothing
                raise ExecutorUnavailable(
                    f"Slurm's controller does not answer: {failed}."
                ) from failed
            self.ping()
            raise _refusal(failed) from failed
        except (KeyError, TypeError, ValueError) as problem:
            raise SlurmAnswerOdd(f"slurmrestd gave no job id: {problem!r}") from problem

    def jobs(self) -> list[JobRecord]:
        """Return all jobs the controller knows."""
        try:
            return self._records(self._call("GET", "jobs"))
        except _Failed as failed:
            raise ExecutorUnavailable(f"Slurm's controller lists no jobs: {failed}") from failed

    def job(self, job_id: int) -> list[JobRecord]:
        """Return the records of a job, one for each element that has begun; none if unknown."""
        try:
            return self._records(self._call("GET", f"job/{job_id}"))
        except _Failed:
            self.ping()
            return []

    def accounted(self, names: Sequence[str], since: float) -> list[JobRecord]:
        """Return the accounting's records of jobs by name, submitted since a Unix time.

        Raises `ExecutorUnavailable` if there is no accounting, or none that answers.
        """
        dialect = self.dialect
        query = dialect.accounting_query(names, since)
        path = f"/slurmdb/{dialect.version}/jobs?{urlencode(query)}"
        answer = self._send("GET", path)
        if _is_no_json(answer):
            raise ExecutorUnavailable(
                f"slurmrestd offers none (HTTP status {answer.status_code}: {answer.text:.200})"
            )
        content = _content(answer)
        failed = _Failed(answer, content)
        if failed.numbers - {_NOTHING_FOUND} or answer.status_code != _OK:
            raise ExecutorUnavailable(f"it answers: {failed}")
        return self._read(dialect.accounted, content)

    def cancel(self, job_id: int) -> None:
        """Ask for the end of a job; its state tells when it has ended."""
        try:
            self._call("DELETE", f"job/{job_id}")
        except _Failed as failed:
            self.ping()
            logger.info("Slurm does not cancel job %d: %s", job_id, failed)

    def partition_is_there(self, name: str) -> bool:
        """Whether the cluster has a partition of this name."""
        try:
            return bool(self._call("GET", f"partition/{name}").get("partitions"))
        except _Failed:
            self.ping()
            return False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _records(self, answer: Mapping[str, Any]) -> list[JobRecord]:
        return self._read(self.dialect.record, answer)

    def _read(
        self, read: Callable[[Mapping[str, Any]], JobRecord], answer: Mapping[str, Any]
    ) -> list[JobRecord]:
        try:
            return [read(job) for job in answer["jobs"]]
        except (KeyError, TypeError, ValueError) as problem:
            version = self.dialect.version
            raise SlurmAnswerOdd(
                f"slurmrestd describes jobs otherwise than {version} does: {problem!r}"
            ) from problem

    def _call(self, method: str, path: str, body: Any = None) -> Mapping[str, Any]:
        version = self.dialect.version
        answer = self._send(method, f"/slurm/{version}/{path}", body)
        if answer.status_code == _NOT_FOUND and _is_no_json(answer):
            with self._lock:
                self._dialect = None  # another version of the server is there now
            raise ExecutorUnavailable(f"slurmrestd does not know {version} any more.")
        content = _content(answer)
        if answer.status_code != _OK or content.get("errors"):
            raise _Failed(answer, content)
        return content

    def _send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = self._token.headers()
        answer = self._send_once(method, path, body, headers)
        if _may_be_the_token(answer) and self._renewed(answer, headers):
            answer = self._send_once(method, path, body, self._token.headers())
        if answer.status_code == _UNAUTHORIZED or (
            self._token.has_ended and _may_be_the_token(answer)
        ):
            raise ExecutorUnavailable(
                "slurmrestd refuses the token"
                + (", which has ended." if self._token.has_ended else "."),
                what_to_do="Check the settings slurm.user and slurm.token, or its file or command.",
            )
        return answer

    def _renewed(self, refused: httpx.Response, headers: Mapping[str, str]) -> bool:
        """Whether there is a new token in place of one that was perhaps refused."""
        try:
            return self._token.renew(headers.get("X-SLURM-USER-TOKEN"))
        except ExecutorUnavailable:
            if refused.status_code == _UNAUTHORIZED or self._token.has_ended:
                raise
            # Perhaps it was something else: a controller that is away makes no tokens either.
            return False

    def _send_once(
        self, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> httpx.Response:
        self.requests += 1
        try:
            return self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as problem:
            raise self._unreachable(problem) from problem

    def _unreachable(self, problem: httpx.HTTPError) -> ExecutorUnavailable:
        where = f"slurmrestd at {self._settings.socket or self._settings.url}"
        text = str(problem) or type(problem).__name__
        if _UNTRUSTED in text:
            return ExecutorUnavailable(
                f"{where} shows a certificate that is not trusted: {text}.",
                what_to_do="Set slurm.ca_file to what proves it, and slurm.url to a name it has.",
            )
        return ExecutorUnavailable(f"{where} does not answer: {text}.")

    def _choose(self) -> Dialect:
        wanted = self._settings.api
        if wanted is not None:
            return next(dialect for dialect in DIALECTS if dialect.version == wanted)
        answer = self._send("GET", "/openapi/v3")
        paths = _content(answer).get("paths") or {}
        known = {path.split("/")[2] for path in paths if path.startswith("/slurm/")}
        for dialect in DIALECTS:
            if dialect.version in known:
                return dialect
        offered = ", ".join(sorted(known)) or "nothing"
        raise ExecutorUnavailable(
            f"slurmrestd offers {offered}; {DIALECTS[-1].version} to {DIALECTS[0].version} are"
            " known here."
        )


def _refusal(failed: _Failed) -> LaunchRefused:
    kind = SlurmLimitReached if failed.numbers & _PASSING_ERRORS else LaunchRefused
    return kind(f"Slurm does not take the job: {failed}.")


def _may_be_the_token(answer: httpx.Response) -> bool:
    """Whether a new token might help: 22.05 answers 500 to one that ended, with error -1."""
    if answer.status_code == _UNAUTHORIZED:
        return True
    if answer.status_code == _OK or _is_no_json(answer):
        return False
    return any(_error_number(error) == -1 for error in _content(answer).get("errors") or [])


def _content(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        content = answer.json()
    except ValueError as problem:
        raise SlurmAnswerOdd(
            f"slurmrestd answered {answer.status_code}: {answer.text[:200]!r}"
        ) from problem
    if not isinstance(content, dict):
        raise SlurmAnswerOdd(f"slurmrestd answered {content!r:.200}")
    return content


def _is_no_json(answer: httpx.Response) -> bool:
    return not answer.text.lstrip().startswith("{")


def _error_number(error: Mapping[str, Any]) -> int | None:
    """Return the number of an error, by its names in the versions."""
    names = ("error_number", "error_code", "errno")
    return next((error[name] for name in names if error.get(name) is not None), None)


def _error_text(error: Mapping[str, Any]) -> str:
    parts = (error.get("error"), error.get("description"))
    return ": ".join(dict.fromkeys(str(part) for part in parts if part))


def _trust(settings: SlurmSettings) -> Any:
    if settings.ca_file is None:
        return True
    import ssl

    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except OSError as problem:  # a file without certificates is an SSLError, which is one
        raise SettingsInvalid(
            f"slurm.ca_file, {settings.ca_file}, has no certificates that can be read: {problem}."
        ) from problem
