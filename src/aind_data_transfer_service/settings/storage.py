"""How buckets are reached."""

from typing import Literal, Self

from pydantic import SecretStr, model_validator

from .section import Section


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
