"""Reading the XML inside spreadsheets piece by piece, in constant memory."""

from collections.abc import Iterator, Mapping
from typing import IO
from xml.parsers import expat

from shared.domain.files.file import FileRefused

_PIECE = 64 * 1024
Attributes = Mapping[str, str]


class XmlHandler:
    """What becomes of a document's elements, by local name: programs choose the prefixes freely."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """A piece of character data."""


class XmlReader:
    """Gives a document's elements to a handler while it reads, piece by piece.

    A document with a type declaration, where entities are defined, is refused: no spreadsheet program writes
    one.
    """

    def __init__(self, stream: IO[bytes], handler: XmlHandler) -> None:
        self._stream = stream
        self._handler = handler
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._on_root
        self._parser.CharacterDataHandler = handler.text
        self._parser.StartDoctypeDeclHandler = _refuse
        self.bytes_read = 0

    def pieces(self) -> Iterator[None]:
        """Read one piece for each step. Raises FileRefused when it is no XML."""
        try:
            while piece := self._stream.read(_PIECE):
                self.bytes_read += len(piece)
                self._parser.Parse(piece, False)
                yield
            self._parser.Parse(b"", True)
            yield
        except expat.ExpatError as error:
            raise FileRefused(
                f"The spreadsheet is damaged and cannot be opened ({error}). Open it in a spreadsheet "
                "program and save it again, or save the sheet as CSV."
            ) from None

    def read(self) -> None:
        """Read all."""
        for _ in self.pieces():
            pass

    def _on_root(self, name: str, attributes: dict[str, str]) -> None:
        # Where the document's own elements have no prefix, those that have one are not meant: no need to cut.
        has_prefix = ":" in name
        self._parser.StartElementHandler = self._on_start if has_prefix else self._handler.start
        self._parser.EndElementHandler = self._on_end if has_prefix else self._handler.end
        self._parser.StartElementHandler(name, attributes)

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._handler.start(name.rpartition(":")[2], attributes)

    def _on_end(self, name: str) -> None:
        self._handler.end(name.rpartition(":")[2])


def local(attributes: Attributes, name: str) -> str:
    """The attribute of that local name, whatever its prefix; "" when there is none."""
    for key, value in attributes.items():
        if key == name or key.endswith(f":{name}"):
            return value
    return ""


def _refuse(*_: object) -> None:
    raise FileRefused(
        "The spreadsheet declares a document type, which no spreadsheet program does. Save it as CSV."
    )
