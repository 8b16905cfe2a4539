"""What a curl command in a document asks: read here, so that the test needs no server and no curl."""

import argparse
from pathlib import Path

from msgspec import Struct, field

from tests.kit.docs.markdown import Words

FORM = "application/x-www-form-urlencoded"  # what curl says of a body when it is told nothing


class CurlRequest(Struct, frozen=True, kw_only=True):
    """One request. `output` is the file its answer goes to."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    output: Path | None = None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # raises where argparse ends the process
        raise ValueError(f"curl: {message}")


def read_curl(words: Words, folder: Path) -> CurlRequest:
    """The request of a curl command, with files in `folder`. Raises ValueError for other options."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-o", dest="output")
    body = parser.add_mutually_exclusive_group()
    body.add_argument("-d", dest="data")
    body.add_argument("--data-binary", dest="data")
    args = parser.parse_args(words[1:])
    headers = dict(header.split(": ", 1) for header in args.headers)
    content = None if args.data is None else _content(args.data, folder)
    if content is not None:
        headers.setdefault("Content-Type", FORM)
    return CurlRequest(
        method=args.method or ("GET" if content is None else "POST"),
        url=args.url,
        headers=headers,
        body=content,
        output=folder / args.output if args.output else None,
    )


def _content(data: str, folder: Path) -> bytes:
    return (folder / data[1:]).read_bytes() if data.startswith("@") else data.encode()
