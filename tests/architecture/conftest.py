"""The process's environment as a deployed function sees it, and a runtime built from nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.process import current_runtime

TOKEN = "the-caller-token"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Settings by environment, and no runtime left from or for another test."""
    values = {
        "PROJECT_ID": "rollcall-test",
        "UPLOAD_BUCKET": "uploads",
        "PUBLIC_URL": "https://rollcall.example",
        "SIGNING_KEY": "signing-key",
        "SECRETS": str(tmp_path / "secrets.json"),
        "CALLER_TOKEN": TOKEN,
    }
    for name, value in values.items():
        monkeypatch.setenv(f"ROLLCALL_{name}", value)
    current_runtime.cache_clear()
    yield monkeypatch
    current_runtime.cache_clear()
