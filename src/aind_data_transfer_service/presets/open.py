"""From the settings to the presets."""

from ..db.database import Database
from ..ports.preset_store import PresetStore
from ..settings import Settings
from .cache import CachedPresets
from .files import FilePresets
from .service import PresetService


def open_presets(settings: Settings, database: Database) -> PresetService:
    """Return the presets that the settings describe; `PresetService.start` begins to read them."""
    store = open_preset_store(settings)
    cache = CachedPresets(store, refresh=settings.presets.refresh)
    return PresetService(store, cache, database)


def open_preset_store(settings: Settings) -> PresetStore:
    """Return the store that the settings describe; nothing is asked of it yet."""
    presets = settings.presets
    if presets.store == "files":
        return FilePresets(settings.presets_folder, prefix=presets.prefix)
    from .ssm import SsmPresets, ssm_client  # boto3 is slow to import, not needed for a folder

    client = ssm_client(endpoint_url=presets.endpoint_url, region=presets.region)
    return SsmPresets(presets.prefix, client)
