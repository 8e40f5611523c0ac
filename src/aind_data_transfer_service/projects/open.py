"""From the settings to the project names."""

from collections.abc import Callable

from ..ports.project_names import ProjectNames
from ..settings import Settings
from .names import CachedProjectNames, GivenProjectNames


def open_project_names(settings: Settings) -> ProjectNames:
    """Return the project names that the settings describe; nothing is read yet."""
    projects = settings.projects
    source: Callable[[], tuple[str, ...]]
    # Their HTTP client is slow to import.
    if projects.url is not None:
        from .sources import NamesUrl

        source = NamesUrl(projects.url)
    elif projects.file is not None:
        from .sources import NamesFile

        source = NamesFile(projects.file)
    else:
        return GivenProjectNames(settings.project_names or None)
    return CachedProjectNames(source, refresh=projects.refresh, longest_age=projects.longest_age)
