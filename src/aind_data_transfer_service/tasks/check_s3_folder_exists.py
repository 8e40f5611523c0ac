"""Makes sure that the asset goes to a free place in the store."""

import logging
from itertools import islice

from ..errors import Conflict
from ..storage.marker import find_marker
from .context import Done, TaskContext

logger = logging.getLogger(__name__)

_COUNTED = 1000


class AssetExists(Conflict):
    """The store holds an asset of this name already."""

    code = "asset_exists"
    what_to_do_default = (
        "Look at what is there. If it may be overwritten, submit with force_cloud_sync true;"
        " objects that the new asset lacks are kept."
    )


def run(ctx: TaskContext) -> Done:
    """Allow an empty place, an upload that broke off, and what the request says to overwrite."""
    store, prefix = ctx.store(), ctx.spec.prefix
    count = sum(1 for _ in islice(store.list(prefix), _COUNTED + 1))
    found: int | str = count if count <= _COUNTED else f">{_COUNTED}"
    location = f"{store.url}/{prefix}"
    if not count:
        return Done({"found_objects": 0, "state": "free"})
    marker = find_marker(store, prefix)
    if marker is not None:
        logger.warning(
            "%s holds %s objects of an upload that job %s began at %s and did not finish:"
            " this one goes on over it",
            location,
            found,
            marker.job_id,
            marker.started.isoformat(),
        )
        return Done({"found_objects": found, "state": "interrupted"})
    if ctx.spec.plan.force_cloud_sync:
        logger.warning("%s holds %s objects: they are overwritten, as requested", location, found)
        return Done({"found_objects": found, "state": "overwrite"})
    raise AssetExists(
        f"{location} is not empty: it holds {found} objects.",
        location=location,
        found_objects=found,
    )
