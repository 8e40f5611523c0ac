"""All settings of the server and the worker."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ..domain.pipeline import TaskId
from ..identity.scopes import Scope
from .codeocean import CodeOceanSettings
from .documents import DocumentStoreSettings
from .links import LinkSettings
from .metadata import MetadataSettings
from .notices import HookSettings, MailSettings, WebhookSettings
from .presets import PresetSettings
from .projects import ProjectSettings
from .removal import RemovalSettings
from .section import AbsolutePath, BucketUrl, DatabaseUrl, Period
from .slurm import SlurmSettings
from .spreadsheets import SpreadsheetSettings
from .storage import S3Settings
from .work import LocalExecutorSettings, RetryPolicy, WorkerSettings

ENV_PREFIX = "AIND_DATA_TRANSFER_"
BUCKET_ALIASES = ("default", "private", "open", "scratch")

file_values: ContextVar[dict[str, Any]] = ContextVar("settings_file_values", default={})  # noqa: B039 - never changed
"""What the settings file says, while `Settings` is being made."""


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
    database_url: DatabaseUrl | None = None
    """``sqlite:///FILE`` or ``postgresql://…``, which may hold a password; None: ``state.db`` in
    home."""
    staging_dir: Path | None = None
    """Where assets are put together; on a cluster a folder that all nodes see."""
    staging_kept: Period | Literal["forever"] = timedelta(days=14)
    """How long what a job staged is kept after it failed: a retry goes on with it."""
    work_dir: Path | None = None
    """Where attempts keep their spec, log and result; on a cluster seen by all nodes."""
    outbox_dir: Path | None = None
    """Where mails go in mode ``folder``."""
    buckets: dict[str, BucketUrl] = Field(default_factory=dict)
    """Alias → ``s3://bucket`` or ``file:///folder``. Empty: folders in home."""
    s3: S3Settings = S3Settings()
    source_roots: tuple[AbsolutePath, ...] = ()
    """Folders that sources must lie in; none: anywhere."""
    path_checks: Literal["off", "warn", "require"] = "warn"
    """What a folder that the server does not see means when a request is validated."""
    codeocean: CodeOceanSettings = CodeOceanSettings()
    document_store: DocumentStoreSettings = DocumentStoreSettings()
    project_names: tuple[str, ...] = ()
    """Names a request may use; none: those that ``projects`` gives, else any."""
    projects: ProjectSettings = ProjectSettings()
    presets: PresetSettings = PresetSettings()
    metadata: MetadataSettings = MetadataSettings()
    spreadsheets: SpreadsheetSettings = SpreadsheetSettings()
    allowed_images: tuple[str, ...] = ()
    """Container images that requests may name beside those that presets name."""
    allow_command_scripts: bool = False
    """Whether requests may bring scripts of their own, which run as the service's user."""
    trusted_networks: tuple[IPv4Network | IPv6Network, ...] = (
        ip_network("127.0.0.0/8"),
        ip_network("::1/128"),
    )
    """Addresses that need no token; those of this machine may do everything."""
    trusted_scopes: frozenset[Scope] = frozenset({Scope.SUBMIT, Scope.CONTROL})
    """What the other trusted networks may do."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Addresses of reverse proxies whose X-Forwarded-For is believed."""
    reading_needs_token: bool = False
    """Whether looking needs a token, a session or a trusted address too."""
    secret_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """Signs browsers' sessions; the same for all web servers. None: one kept in home."""
    mail: MailSettings = MailSettings()
    removal: RemovalSettings = RemovalSettings()
    webhooks: WebhookSettings = WebhookSettings()
    hooks: dict[str, HookSettings] = Field(default_factory=dict)
    """Receivers that are told of all jobs, by name."""
    retry: RetryPolicy = RetryPolicy()
    task_retry: dict[TaskId, RetryPolicy] = Field(default_factory=dict)
    """Policies of single tasks, in place of ``retry``."""
    task_time_limit: dict[TaskId, Period] = Field(default_factory=dict)
    """Longest time one attempt may run; none: no limit."""
    links: LinkSettings = LinkSettings()
    local: LocalExecutorSettings = LocalExecutorSettings()
    slurm: SlurmSettings = SlurmSettings()
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
        return init_settings, env_settings, InitSettingsSource(settings_cls, file_values.get())

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


def _folder(path: Path) -> Path:
    return path.expanduser().absolute()
