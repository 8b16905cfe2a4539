"""Looks for a text in everything that is kept: the whole database, all stored files, and what was logged."""

import re
import zlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from tests.kit.clinic import Clinic
from tests.kit.documents import all_documents


async def traces(clinic: Clinic, texts: Iterable[str], logged: str = "") -> list[str]:
    """Where any of the texts stands, whatever its case; numbers however they are written."""
    wanted = [_plain(text) for text in texts]
    places = dict(await _documents(clinic))
    places |= await _objects(clinic)
    places["log"] = logged
    return sorted(
        f"{place}: {text}" for place, content in places.items() for text in wanted if text in _plain(content)
    )


def _plain(text: str) -> str:
    """Only letters and digits, so that (212) 555-0187 is found by 2125550187."""
    return re.sub(r"[\W_]", "", text).lower()


async def _documents(clinic: Clinic) -> dict[str, str]:
    found = await all_documents(clinic.stores.db)
    return {path: f"{path} {_readable(fields)}" for path, fields in found.items()}


def _readable(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name} {_readable(item)}" for name, item in value.items())
    if isinstance(value, list):
        return " ".join(_readable(item) for item in value)
    if isinstance(value, bytes):
        with suppress(zlib.error):
            value = zlib.decompress(value)
        return str(value.decode("utf-8", "replace"))
    return str(value)


async def _objects(clinic: Clinic) -> dict[str, str]:
    found = {}
    for name in await clinic.runtime.files.list_names(f"companies/{clinic.company_id}/"):
        pieces = [piece async for piece in clinic.runtime.files.read(name)]
        found[name] = f"{name} {b''.join(pieces).decode('utf-8', 'replace')}"
    return found
