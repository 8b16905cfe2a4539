"""The forms of a page, with what a browser would send if somebody pressed their button at once."""

from collections.abc import Mapping
from html.parser import HTMLParser

from msgspec import Struct

Attributes = Mapping[str, str | None]


class PageForm(Struct, kw_only=True):
    """One form: where it goes, and its fields as they are filled in. A field may come several times.

    `offered` are values that a person may choose instead, of boxes and lists: each with its field.
    """

    method: str
    action: str
    fields: list[tuple[str, str]]
    offered: list[tuple[str, str]]


def forms_of(html: str, address: str) -> list[PageForm]:
    """The forms of the page at `address`, where those without an action go too."""
    parser = _Forms(address)
    parser.feed(html)
    return parser.forms


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._address = address
        self._by_id: dict[str, PageForm] = {}
        self._form: PageForm | None = None
        self._list: tuple[PageForm, str] | None = None
        self._text: tuple[PageForm, str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._open(found)
        form = self._by_id.get(found.get("form") or "", self._form)
        if tag == "option" and self._list is not None:
            self._option(*self._list, found)
        if form is None or not (name := found.get("name")):
            return
        if tag in ("input", "button"):
            self._input(form, tag, name, found)
        elif tag == "select":
            self._list = form, name
        elif tag == "textarea":
            self._text = form, name, []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._list = None
        elif tag == "textarea" and self._text is not None:
            form, name, parts = self._text
            form.fields.append((name, "".join(parts)))
            self._text = None

    def _open(self, found: Attributes) -> None:
        form = PageForm(
            method=(found.get("method") or "get").upper(),
            action=found.get("action") or self._address,
            fields=[],
            offered=[],
        )
        self.forms.append(form)
        self._form = form
        if form_id := found.get("id"):
            self._by_id[form_id] = form

    def _input(self, form: PageForm, tag: str, name: str, found: Attributes) -> None:
        kind, value = found.get("type") or "text", found.get("value")
        if tag == "button" or kind in ("checkbox", "radio"):
            form.offered.append((name, "on" if value is None else value))
            if "checked" not in found:
                return
        if kind != "file":
            form.fields.append((name, value or ""))

    def _option(self, form: PageForm, name: str, found: Attributes) -> None:
        value = found.get("value") or ""
        form.offered.append((name, value))
        is_first = all(known != name for known, _ in form.fields)
        if "selected" in found and not is_first:
            form.fields = [(known, kept) for known, kept in form.fields if known != name]
        if "selected" in found or is_first:
            form.fields.append((name, value))
