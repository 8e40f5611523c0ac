"""Links from a job to where its asset is seen elsewhere."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ...domain.states import JobState
from ...engine.services.views import JobDetail
from ...settings import Settings

_DRAWN_BY_NEUROGLANCER = {"SPIM"}


@dataclass(frozen=True, slots=True)
class Link:
    """Where to look."""

    title: str
    address: str


def links_of(job: JobDetail, settings: Settings) -> list[Link]:
    """Return the links that are set up and lead somewhere."""
    found = []
    wanted = settings.links
    place = urlsplit(job.location)
    if wanted.s3_console and place.scheme == "s3":
        found.append(Link("S3 console", _filled(wanted.s3_console, job)))
    found += _told(job)
    drawn = {modality.abbreviation for modality in job.plan.modalities} & _DRAWN_BY_NEUROGLANCER
    if wanted.neuroglancer and drawn and job.state is JobState.SUCCESS:
        found.append(Link("Neuroglancer", _filled(wanted.neuroglancer, job)))
    return found


def _filled(template: str, job: JobDetail) -> str:
    values = {
        "bucket": urlsplit(job.location).netloc,
        "prefix": f"{job.asset_name}/",
        "location": job.location,
        "asset_name": job.asset_name,
    }
    return template.format(**{name: quote(value, safe="/:") for name, value in values.items()})


def _told(job: JobDetail) -> list[Link]:
    """Return the links that tasks put out, such as to the asset in Code Ocean."""
    told = [(task.outputs or {}).get("links") for task in job.tasks]
    # A task that counts symbolic links puts out a number by that name.
    links = [link for some in told if isinstance(some, list) for link in some]
    return [
        Link(link["title"], link["url"])
        for link in links
        if urlsplit(link["url"]).scheme in ("http", "https")
    ]
