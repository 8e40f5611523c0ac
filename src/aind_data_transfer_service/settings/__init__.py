"""All settings of the service, typed; the only place that reads the environment.

Each can be given as an environment variable (``AIND_DATA_TRANSFER_HOME``; nested ones with two
underscores: ``AIND_DATA_TRANSFER_MAIL__HOST``) or in a TOML file named by ``--config``. The
environment wins over the file, the command line over both.
"""

from .codeocean import CodeOceanSettings
from .documents import DocumentStoreSettings
from .links import LinkSettings
from .load import bare_environment, environment_without_settings, load_settings
from .metadata import MetadataSettings
from .notices import HookSettings, MailSettings, WebhookSettings
from .presets import PresetSettings
from .projects import ProjectSettings
from .section import Section
from .service import BUCKET_ALIASES, ENV_PREFIX, Settings
from .slurm import MoreOf, SlurmSettings
from .storage import S3Settings
from .work import LocalExecutorSettings, RetryPolicy, WorkerSettings

__all__ = [
    "BUCKET_ALIASES",
    "ENV_PREFIX",
    "CodeOceanSettings",
    "DocumentStoreSettings",
    "HookSettings",
    "LinkSettings",
    "LocalExecutorSettings",
    "MailSettings",
    "MetadataSettings",
    "MoreOf",
    "PresetSettings",
    "ProjectSettings",
    "RetryPolicy",
    "S3Settings",
    "Section",
    "Settings",
    "SlurmSettings",
    "WebhookSettings",
    "WorkerSettings",
    "bare_environment",
    "environment_without_settings",
    "load_settings",
]
