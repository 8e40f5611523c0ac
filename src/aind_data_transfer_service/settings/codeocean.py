"""Where Code Ocean is, and how assets and results are kept there."""

from datetime import timedelta
from typing import Literal

from pydantic import SecretStr

from .section import HttpUrl, Period, Section


class CodeOceanSettings(Section):
    """Code Ocean, where assets are registered and pipelines run."""

    domain: HttpUrl | None = None
    """Such as ``https://codeocean.example.org``; None: nothing is registered."""
    token: SecretStr | None = None
    """Access token that may read and run capsules, and create data assets; workers need it."""
    results_bucket: str | None = None
    """Name of the bucket that takes results; None: Code Ocean's own storage."""
    everyone: Literal["viewer", "discoverable", "none"] = "viewer"
    """What everyone at this Code Ocean may do with the assets that are registered."""
    timeout: Period = timedelta(seconds=60)
    """Longest wait for one answer."""
    asset_poll: Period = timedelta(seconds=10)
    """Pace of asking whether a registered asset is ready."""
    shortest_poll: Period = timedelta(seconds=5)
    """Requests that want to be asked for more often are asked for at this pace."""
    settle: Period = timedelta(minutes=2)
    """How long what was sent is looked for, where the answer was lost, before it is sent again."""
