import logging
from collections.abc import Iterator

import pytest

from aind_data_transfer_service.testing.s3_bucket import S3Bucket, moto_server


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with moto_server() as url:
        yield url


@pytest.fixture
def bucket(moto_url: str) -> S3Bucket:
    return S3Bucket.at(moto_url)
