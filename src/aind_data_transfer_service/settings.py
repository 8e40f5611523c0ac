"""All settings of the service, typed; the only place that reads the environment.

Each can be given as an environment variable (``AIND_DATA_TRANSFER_HOME``; nested ones with two
underscores: ``AIND_DATA_TRANSFER_MAIL__HOST``) or in a TOML file named by ``--config``. The
environment wins over the file, the command line over both.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from .domain.pipeline import TaskId
from .errors import SettingsInvalid
from .identity.scopes import Scope

ENV_PREFIX = "AIND_DATA_TRANSFER_"
BUCKET_ALIASES = ("default", "private", "open", "scratch")


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError(f"{path} is not absolute")
    return path


def _bucket_url(url: str) -> str:
    parts = urlsplit(url)
    s3 = parts.scheme == "s3" and parts.netloc and parts.path in ("", "/")
    folder = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
    if not (s3 or folder):
        raise ValueError(f"{url!r} is neither s3://bucket nor file:///folder")
    return url


def _database_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql")):
        raise ValueError("begins with neither sqlite:/// nor postgresql://")
    return url


def _preset_prefix(prefix: str) -> str:
    if not re.fullmatch(r"(/[\w.\-]+)+", prefix, re.ASCII):
        raise ValueError(f"{prefix!r} is not of the form /words/between/slashes")
    return prefix


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{url!r} begins with neither http:// nor https://")
    return url


Wait = Annotated[timedelta, Field(ge=timedelta(0))]
Period = Annotated[timedelta, Field(gt=timedelta(0))]


class Section(BaseModel):
    """Base of nested settings: an unknown name is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class S3Settings(Section):
    """How to reach S3. Without keys the machine's own AWS configuration is used."""

    endpoint_url: str | None = None
    """Another S3 server than AWS, for example ``https://swift.example.org``."""
    region: str | None = None
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    verify: Literal["auto", "server", "read"] = "auto"
    """How uploads are checked: by checksums that AWS itself keeps, else by reading back (auto);
    by any checksum the server gives (server); always by reading back (read)."""

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("access_key_id and secret_access_key go together")
        return self


class MailSettings(Section):
    """How mail leaves the service."""

    mode: Literal["folder", "smtp", "off"] = "folder"
    """``folder`` writes .eml files into the outbox folder."""
    sender: str = "aind-data-transfer@localhost"
    host: str = "localhost"
    port: PositiveInt = 25
    security: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password: SecretStr | None = None
    timeout: Period = timedelta(seconds=20)


class RetryPolicy(Section):
    """When a failed attempt is tried again."""

    times: int = Field(default=4, ge=0)
    """Attempts after the first one."""
    first_delay: Wait = timedelta(seconds=10)
    factor: float = Field(default=3.0, ge=1, allow_inf_nan=False)
    max_delay: Wait = timedelta(minutes=10)
    codes: frozenset[str] = frozenset()
    """Error codes worth another try beside those that say so themselves."""
    not_codes: frozenset[str] = frozenset()
    """Error codes never worth another try."""

    def delay_after(self, attempt: int) -> timedelta:
        """How long to wait after attempt number ``attempt`` (1 is the first)."""
        try:
            return min(self.first_delay * self.factor ** (attempt - 1), self.max_delay)
        except OverflowError:
            return self.max_delay

    def wants_another(self, *, attempt: int, code: str, retryable: bool) -> bool:
        """Whether attempt number ``attempt``, failed with ``code``, is followed by another."""
        worth_it = (retryable or code in self.codes) and code not in self.not_codes
        return worth_it and attempt <= self.times


class LocalExecutorSettings(Section):
    """What task programs on this machine may use together."""

    cpus: PositiveInt | None = None
    """None: as many as the machine has."""
    memory_mb: PositiveInt | None = None
    """None: three quarters of the machine's memory."""


class WorkerSettings(Section):
    """How a worker takes jobs."""

    jobs: PositiveInt = 20
    """Jobs under way at once in one worker; most of their time is waiting."""
    lease: Period = timedelta(seconds=30)
    """A worker that could not renew its lease for this long ends itself and its programs."""
    grace: Wait = timedelta(seconds=15)
    """How long after a lapsed lease others wait before they take over its jobs."""
    poll: Period = timedelta(seconds=0.5)
    """Pace of looking at running programs, new jobs and wishes to cancel."""

    @model_validator(mode="after")
    def _check_lease(self) -> Self:
        if self.lease < 4 * self.poll:
            raise ValueError("lease must be at least four times poll")
        return self


class PresetSettings(Section):
    """Where the presets are kept."""

    store: Literal["files", "ssm"] = "files"
    """``files``: a folder, over the presets that come with the service; ``ssm``: AWS Systems
    Manager Parameter Store, with the machine's own AWS configuration."""
    folder: Path | None = None
    """Folder of the store ``files``; None: ``presets`` in home."""
    prefix: Annotated[str, AfterValidator(_preset_prefix)] = "/job_types"
    """What all names begin with, for example ``/aind/airflow/variables/job_types``."""
    endpoint_url: Annotated[str, AfterValidator(_http_url)] | None = None
    """Another Parameter Store than AWS's, for tests."""
    region: str | None = None
    refresh: Period = timedelta(minutes=1)
    """How long until a change made elsewhere is seen."""


class ProjectSettings(Section):
    """Where the project names come from, if not from ``project_names``."""

    url: Annotated[str, AfterValidator(_http_url)] | None = None
    """Answers ``{"data": [names]}``."""
    file: Annotated[Path, AfterValidator(_absolute)] | None = None
    """A JSON list, or one name a line."""
    refresh: Period = timedelta(minutes=5)
    longest_age: Period | None = None
    """How long the last list serves while a new one cannot be read; None: as long as it takes."""

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if self.url is not None and self.file is not None:
            raise ValueError("give url or file, not both")
        return self


class Settings(BaseSettings):
    """Settings of the server and the worker."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Path("~/.aind-data-transfer")
    """Folder of everything the service keeps, unless a setting below puts it elsewhere."""
    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=0, le=65535)
    """0: any free port."""
    public_url: str | None = None
    """Address in links of mails, where it differs from host and port."""
    database_url: Annotated[SecretStr, AfterValidator(_database_url)] | None = None
    """``sqlite:///FILE`` or ``postgresql://…``, which may hold a password; None: ``state.db`` in
    home."""
    staging_dir: Path | None = None
    """Where assets are put together; on a cluster a folder that all nodes see."""
    work_dir: Path | None = None
    """Where attempts keep their spec, log and result; on a cluster seen by all nodes."""
    outbox_dir: Path | None = None
    """Where mails go in mode ``folder``."""
    buckets: dict[str, Annotated[str, AfterValidator(_bucket_url)]] = Field(default_factory=dict)
    """Alias → ``s3://bucket`` or ``file:///folder``. Empty: folders in home."""
    s3: S3Settings = S3Settings()
    source_roots: tuple[Annotated[Path, AfterValidator(_absolute)], ...] = ()
    """Folders that sources must lie in; none: anywhere."""
    path_checks: Literal["off", "warn", "require"] = "warn"
    """What a folder that the server does not see means when a request is validated."""
    project_names: tuple[str, ...] = ()
    """Names a request may use; none: those that ``projects`` gives, else any."""
    projects: ProjectSettings = ProjectSettings()
    presets: PresetSettings = PresetSettings()
    allowed_images: tuple[str, ...] = ()
    """Container images that requests may name beside those that presets name."""
    allow_command_scripts: bool = False
    """Whether requests may bring scripts of their own, which run as the service's user."""
    trusted_networks: tuple[Annotated[IPv4Network | IPv6Network, Field()], ...] = (
        ip_network("127.0.0.0/8"),
        ip_network("::1/128"),
    )
    """Addresses that need no token; those of this machine may do everything."""
    trusted_scopes: frozenset[Scope] = frozenset({Scope.SUBMIT, Scope.CONTROL})
    """What the other trusted networks may do."""
    trusted_proxies: tuple[Annotated[IPv4Network | IPv6Network, Field()], ...] = ()
    """Addresses of reverse proxies whose X-Forwarded-For is believed."""
    reading_needs_token: bool = False
    """Whether looking needs a token, a session or a trusted address too."""
    secret_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """Signs browsers' sessions; the same for all web servers. None: one kept in home."""
    mail: MailSettings = MailSettings()
    retry: RetryPolicy = RetryPolicy()
    task_retry: dict[TaskId, RetryPolicy] = Field(default_factory=dict)
    """Policies of single tasks, in place of ``retry``."""
    task_time_limit: dict[TaskId, Period] = Field(default_factory=dict)
    """Longest time one attempt may run; none: no limit."""
    local: LocalExecutorSettings = LocalExecutorSettings()
    worker: WorkerSettings = WorkerSettings()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "text"] = "json"

    @field_validator("projects", mode="after")
    @classmethod
    def _check_projects(cls, projects: ProjectSettings, info: ValidationInfo) -> ProjectSettings:
        if info.data.get("project_names") and (projects.url or projects.file):
            raise ValueError("give project_names or a source of them, not both")
        return projects

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the command line win over the environment, and that over the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, InitSettingsSource(settings_cls, _file_values.get())

    @property
    def home_folder(self) -> Path:
        """Home, absolute."""
        return _folder(self.home)

    @property
    def database(self) -> str:
        """URL of the database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home_folder / 'state.db'}"

    @property
    def staging_root(self) -> Path:
        """Folder of the jobs' staging folders."""
        return _folder(self.staging_dir or self.home / "staging")

    @property
    def work_root(self) -> Path:
        """Folder of the jobs' attempts."""
        return _folder(self.work_dir or self.home / "jobs")

    @property
    def outbox_folder(self) -> Path:
        """Folder of mails in mode ``folder``."""
        return _folder(self.outbox_dir or self.home / "outbox")

    @property
    def presets_folder(self) -> Path:
        """Folder of the site's presets in the store ``files``."""
        return _folder(self.presets.folder or self.home / "presets")

    @property
    def bucket_urls(self) -> Mapping[str, str]:
        """Alias → URL of every bucket a job may go to."""
        if self.buckets:
            return self.buckets
        folder = self.home_folder / "buckets"
        return {alias: (folder / alias).as_uri() for alias in BUCKET_ALIASES}

    @property
    def base_url(self) -> str:
        """Address of the portal, for links."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def retry_policy(self, task_id: TaskId) -> RetryPolicy:
        """Return the policy of one task."""
        return self.task_retry.get(task_id, self.retry)


_file_values: ContextVar[dict[str, Any]] = ContextVar("settings_file_values", default={})  # noqa: B039 - never changed


def load_settings(config: Path | None = None, **given: Any) -> Settings:
    """Read the settings; ``given`` (the command line) wins over the environment and the file.

    Raises `SettingsInvalid` with every problem listed.
    """
    try:
        token = _file_values.set(tomllib.loads(config.read_text()) if config else {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise SettingsInvalid(f"{config}: {problem}") from problem
    try:
        return Settings(**given)
    except ValidationError as problem:
        raise SettingsInvalid(_explain(problem)) from problem
    except SettingsError as problem:  # text in the environment that should be JSON
        raise SettingsInvalid(f"The settings are not valid: {problem}") from problem
    finally:
        _file_values.reset(token)


def environment_without_settings() -> dict[str, str]:
    """Return the environment for a program that is to know nothing of this service's settings."""
    return {k: v for k, v in os.environ.items() if not k.upper().startswith(ENV_PREFIX)}


def _explain(problem: ValidationError) -> str:
    lines = ["The settings are not valid:"]
    for error in problem.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in error["loc"])
        lines.append(f"  {place}: {error['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)


def _folder(path: Path) -> Path:
    return path.expanduser().absolute()
