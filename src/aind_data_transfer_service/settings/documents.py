"""Where the records of assets go: a document store that speaks MongoDB's protocol."""

from datetime import timedelta

from pydantic import SecretStr

from .section import AbsolutePath, MongoUrl, Period, Section


class DocumentStoreSettings(Section):
    """A document store that speaks MongoDB's protocol."""

    url: MongoUrl | None = None
    """Such as ``mongodb://records.example.org:27017/?replicaSet=rs0``, without user and password;
    None: no records are written."""
    user: str | None = None
    password: SecretStr | None = None
    """Workers need it."""
    database: str = "metadata_index"
    collection: str = "data_assets"
    ca_file: AbsolutePath | None = None
    """Certificates that prove the server's, over TLS; None: as the URL says."""
    timeout: Period = timedelta(seconds=20)
    """Longest wait for a server, and for one answer."""
    go_on_without: bool = False
    """Whether a job goes on without its record, once it is not tried again."""
