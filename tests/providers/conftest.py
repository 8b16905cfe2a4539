"""Every test gives its connections back."""

from collections.abc import AsyncIterator

import pytest

from shared.providers.kit import http
from tests.kit.passing_time import passing_time

__all__ = ["passing_time"]


@pytest.fixture(autouse=True)
async def _closed_connections(passing_time: None) -> AsyncIterator[None]:
    yield
    await http.aclose()
