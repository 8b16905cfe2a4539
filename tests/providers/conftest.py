"""Every test gives its connections back."""

from collections.abc import AsyncIterator

import pytest

from shared.providers.kit import http


@pytest.fixture(autouse=True)
async def _closed_connections() -> AsyncIterator[None]:
    yield
    await http.aclose()
