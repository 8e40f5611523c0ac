"""The databases that tests of routes run on."""

import pytest

ON_BOTH_DATABASES = pytest.mark.parametrize(
    "kind_of_database",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.service("postgresql"))],
    indirect=True,
)
"""For modules whose routes ask the database for more than a row by its key."""
