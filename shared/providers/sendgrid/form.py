"""The form that SendGrid posts a mail in: multipart, its fields in whatever charset the mail had."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shared.domain.errors import InvalidInput

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 500


class FilePart(Struct, frozen=True, kw_only=True):
    """An attachment: what the mail says it is. Its content is not kept."""

    name: str
    content_type: str
    size: int


class Form(Struct, frozen=True, kw_only=True):
    """The fields by name, as bytes, and the attachments in order."""

    fields: Mapping[str, bytes]
    files: tuple[FilePart, ...] = ()


def read_form(content_type: str, body: bytes) -> Form:
    """The form. Raises InvalidInput when it is none."""
    from python_multipart.exceptions import ParseError
    from python_multipart.multipart import MultipartParser, parse_options_header

    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise InvalidInput.at("body", "is no multipart form; SendGrid posts each mail as one")
    parts = _Parts()
    try:
        parser = MultipartParser(options[b"boundary"], parts.callbacks())
        parser.write(body)
        parser.finalize()
    except ParseError as error:
        raise InvalidInput.at("body", "is no readable multipart form") from error
    return parts.form()


class _Parts:
    """Takes what the parser finds, piece by piece."""

    def __init__(self) -> None:
        self._fields: dict[str, bytes] = {}
        self._files: list[FilePart] = []
        self._count = 0
        self._begin()

    def _begin(self) -> None:
        self._headers: dict[str, bytes] = {}
        self._name, self._value, self._size = b"", b"", 0
        self._data: list[bytes] = []
        self._options: dict[bytes, bytes] = {}

    def callbacks(self) -> "MultipartCallbacks":
        """As the parser names them."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
        }

    def form(self) -> Form:
        """All that was found."""
        return Form(fields=self._fields, files=tuple(self._files))

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value
        self._name, self._value = b"", b""

    def _headers_end(self) -> None:
        from python_multipart.multipart import parse_options_header

        _, self._options = parse_options_header(self._headers.get("content-disposition", b""))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._size += end - start
        if b"filename" not in self._options:
            self._data.append(data[start:end])

    def _part_end(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise InvalidInput.at("body", f"has more than {MOST_PARTS} parts")
        if b"filename" in self._options:
            kind = self._headers.get("content-type", b"application/octet-stream")
            self._files.append(
                FilePart(
                    name=self._options[b"filename"].decode(errors="replace"),
                    content_type=kind.decode("latin-1").partition(";")[0].strip().lower(),
                    size=self._size,
                )
            )
        else:
            self._fields.setdefault(
                self._options.get(b"name", b"").decode(errors="replace"), b"".join(self._data)
            )
