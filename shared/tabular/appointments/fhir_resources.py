"""The resources of a FHIR file, one by one: of a Bundle, an array, a single one, or one a line (ndjson)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import ijson
import orjson

from shared.domain.files.file import FileRefused

LINE_BYTES = 4_000_000
_DELETED = "entered-in-error"


class Resource(NamedTuple):
    """One resource. `url` is what others refer to it by; `place` says for people where it stands.

    `fault` says why there is none.
    """

    content: Mapping[str, Any]
    url: str
    place: str
    position: int
    fault: str = ""


def resources(path: Path) -> Iterator[Resource]:
    """The file's resources. Raises FileRefused when it is no JSON, or is cut off."""
    with path.open("rb") as stream:
        first, second = stream.readline(LINE_BYTES), stream.readline(LINE_BYTES).strip()
        is_lines = first.endswith(b"\n") and second.startswith(b"{") and _parsed(first) is not None
    yield from _of_lines(path) if is_lines else _of_document(path)


def _of_lines(path: Path) -> Iterator[Resource]:
    position = 0
    with path.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(LINE_BYTES), b""), 1):
            position += len(line)
            place = f"in line {number:,}"
            if not line.strip():
                continue
            content = _parsed(line)
            if content is None:
                yield Resource({}, "", place, position, "the line is no JSON object; export it again")
            else:
                yield from _unpacked({"resource": content}, place, position)


def _of_document(path: Path) -> Iterator[Resource]:
    try:
        with path.open("rb") as stream:
            prefix = _prefix(path)
            for number, item in enumerate(ijson.items(stream, prefix, use_float=True), 1):
                entry = item if prefix == "entry.item" else {"resource": item}
                place = f"in entry {number:,}"
                yield from _unpacked(entry if isinstance(entry, dict) else {}, place, stream.tell())
    except (ijson.JSONError, UnicodeDecodeError) as error:
        raise FileRefused(
            f"The file is no whole JSON: it is cut off or damaged ({error}). Export it again."
        ) from None


def _prefix(path: Path) -> str:
    """Where the resources stand in a document."""
    with path.open("rb") as stream:
        for prefix, event, value in ijson.parse(stream):
            if (prefix, event) == ("", "start_array"):
                return "item"
            if prefix == "entry" and event == "start_array":
                return "entry.item"
            if prefix == "resourceType" and value != "Bundle":
                return ""
    return "entry.item"


def _unpacked(entry: Mapping[str, Any], place: str, position: int) -> Iterator[Resource]:
    """The resource of an entry, or those of a Bundle in it; of a deleted appointment, that it is none."""
    content, request = entry.get("resource"), entry.get("request")
    if isinstance(content, dict) and content.get("resourceType") == "Bundle":
        for inner in content.get("entry") or ():
            yield from _unpacked(inner if isinstance(inner, dict) else {}, place, position)
    elif isinstance(content, dict):
        yield Resource(content, str(entry.get("fullUrl") or ""), place, position)
    elif isinstance(request, dict) and request.get("method") == "DELETE":
        kind, _, name = str(request.get("url") or "").partition("/")
        response = entry.get("response")
        when = response.get("lastModified") if isinstance(response, dict) else None
        deleted = {"resourceType": kind, "id": name, "status": _DELETED, "meta": {"lastUpdated": when}}
        yield Resource(deleted, "", place, position)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None
