"""What an email's HTML may hold, and where Liquid stands in it: found before any program changes the HTML.

Mail programs run no scripts, send no forms and load no stylesheets; many drop a mail that has them.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from html.parser import HTMLParser

from msgspec import Struct

from shared.domain.record import replace
from shared.domain.templates.template_checks import TemplateInvalid, line_of

_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_HOLDER = "\ue000"  # of a private use area: no text has it; three of them stand for Liquid while HTML is read
RESERVED = re.compile("[\ue000-\ue002]")
_BREAK = re.compile(r"<br ?/?>")  # the one tag that Liquid's own texts may hold: {{ lines | join: "<br>" }}
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_RUNS = "Mail programs run nothing: take it out, and give a link instead."
_REFUSED = {
    **dict.fromkeys(
        ("script", "iframe", "frame", "frameset", "object", "embed", "applet", "svg", "math"), _RUNS
    ),
    **dict.fromkeys(
        ("form", "input", "button", "select", "textarea", "option"),
        "Mail programs send no forms: give a link, or have people reply.",
    ),
    "link": "Mail programs load no stylesheets: write the CSS in a <style> tag.",
    "base": "Write whole addresses in its place.",
}
_ADDRESSES = frozenset({"href", "src", "action", "background", "poster", "srcset", "xlink:href"})
_RUNNING = re.compile(r"(?:javascript|vbscript):|data:(?!image/)", re.IGNORECASE)
_UNREAD = re.compile(r"[\x00-\x20]")  # what browsers leave out of an address
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_TABLES = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
_CLOSED_BY = {
    "tr": ("td", "th", "tr"),
    **dict.fromkeys(("td", "th"), ("td", "th")),
    **dict.fromkeys(("thead", "tbody", "tfoot"), ("td", "th", "tr", "thead", "tbody", "tfoot")),
}


class Place(StrEnum):
    """Where a piece of Liquid stands. In a table and in a row HTML allows no text, only what stays unseen."""

    TEXT = "text"
    TABLE = "table"
    ROW = "row"
    ATTRIBUTE = "attribute"
    UNSEEN = "unseen"  # in a comment, which Outlook may read, or in the title


class Piece(Struct, frozen=True, kw_only=True):
    """One `{{ … }}` or `{% … %}`: where it begins in the HTML, what it is, and where it stands."""

    start: int
    liquid: str
    place: Place | None = None

    @property
    def is_tag(self) -> bool:
        """Whether it decides what is written, and writes nothing itself."""
        return self.liquid.startswith("{%")


def scan(html: str) -> tuple[Piece, ...]:
    """The pieces of Liquid, in order, each with its place.

    Raises TemplateInvalid with the line for what no email may hold, and for Liquid where it could break out
    of what surrounds it: in a tag outside quotes, and in CSS.
    """
    if found := RESERVED.search(html):
        raise TemplateInvalid("There is a character of a private use area.", line_of(html, found.start()))
    pieces = [Piece(start=found.start(), liquid=found[0]) for found in _LIQUID.finditer(html)]
    for piece in pieces:
        if any("<" in _BREAK.sub("", text) for text in _QUOTED.findall(piece.liquid)):
            reason = "HTML within a field's own texts is not checked: write it outside of the braces."
            raise TemplateInvalid(reason, line_of(html, piece.start))
    scanner = _Scanner(html, pieces)
    scanner.feed(_LIQUID.sub(lambda found: re.sub(r"[^\n]", _HOLDER, found[0]), html))
    scanner.close()
    for piece in scanner.pieces:
        if piece.place is None:
            raise TemplateInvalid(f"{piece.liquid[:40]} may not stand here.", line_of(html, piece.start))
    return tuple(scanner.pieces)


_LEADING = "meta"  # a tag that may send its reader elsewhere


class _Scanner(HTMLParser):
    """Reads HTML whose Liquid is replaced by as many holders."""

    def __init__(self, html: str, pieces: Sequence[Piece]) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces = list(pieces)
        self._html = html
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self._open: list[str] = []
        self._is_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check a tag, and place the Liquid of its attributes."""
        start, text = self._offset(), self.get_starttag_text() or ""
        if tag in _REFUSED:
            raise TemplateInvalid(f"<{tag}> is not for emails. {_REFUSED[tag]}", self._line(start))
        if tag == _LEADING and any(
            name == "http-equiv" and (value or "").lower() == "refresh" for name, value in attrs
        ):
            raise TemplateInvalid("<meta> may not lead elsewhere.", self._line(start))
        for name, value in attrs:
            self._check_attribute(name, value or "", start)
        if _HOLDER in _QUOTED.sub("", text):
            raise TemplateInvalid(
                "A field within a tag stands in quotes, as the value of an attribute.", self._line(start)
            )
        self._place(start, start + len(text), Place.ATTRIBUTE)
        if tag in _TABLES:
            while self._open and self._open[-1] in _CLOSED_BY.get(tag, ()):
                self._open.pop()
            self._open.append(tag)
        self._is_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        """Close the part of a table that ends, and all within it."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self._is_title = False

    def handle_data(self, data: str) -> None:
        """Place the Liquid of a text; in CSS there is none."""
        start = self._offset()
        if self.cdata_elem == "style":
            if found := _IMPORT.search(data):
                reason = "@import is not for emails: mail programs load no stylesheets."
                raise TemplateInvalid(reason, self._line(start + found.start()))
            if _HOLDER in data:
                where = self._line(start + data.index(_HOLDER))
                raise TemplateInvalid("A field may not stand in CSS: write it in a style attribute.", where)
        inside = self._open[-1] if self._open else ""
        place = {"tr": Place.ROW, "td": Place.TEXT, "th": Place.TEXT, "caption": Place.TEXT, "": Place.TEXT}
        at = Place.UNSEEN if self._is_title else place.get(inside, Place.TABLE)
        self._place(start, start + len(data), at)

    def handle_comment(self, data: str) -> None:
        """Place the Liquid of a comment."""
        start = self._offset()
        self._place(start, start + len(data) + len("<!---->"), Place.UNSEEN)

    def handle_pi(self, data: str) -> None:
        """Refuse what HTML has not."""
        raise TemplateInvalid("<? … > is not HTML.", self._line(self._offset()))

    def unknown_decl(self, data: str) -> None:
        """Place the Liquid of what only Outlook reads: <![if mso]>."""
        start = self._offset()
        self._place(start, start + len(data) + len("<![]>"), Place.UNSEEN)

    def _check_attribute(self, name: str, value: str, start: int) -> None:
        if name.startswith("on"):
            raise TemplateInvalid(f"{name}=… is a script. {_RUNS}", self._line(start))
        if name in _ADDRESSES and _RUNNING.match(_UNREAD.sub("", value)):
            raise TemplateInvalid(f"{name}=… leads to a script. {_RUNS}", self._line(start))

    def _place(self, start: int, end: int, place: Place) -> None:
        for index, piece in enumerate(self.pieces):
            if start <= piece.start < end:
                self.pieces[index] = replace(piece, place=place)

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def _line(self, start: int) -> int:
        return line_of(self._html, start)


def marked(html: str, pieces: Sequence[Piece], marks: Sequence[str]) -> str:
    """The HTML with a mark in place of each piece."""
    return "".join(_marked(html, pieces, marks))


def _marked(html: str, pieces: Sequence[Piece], marks: Sequence[str]) -> Iterator[str]:
    end = 0
    for piece, mark in zip(pieces, marks, strict=True):
        yield html[end : piece.start]
        yield mark
        end = piece.start + len(piece.liquid)
    yield html[end:]
