"""An email's HTML as it is sent, and the text part that is made from it where nobody wrote one.

Both are made of the template, once, and not of each message. The programs that do it know nothing of Liquid:
marks stand for it meanwhile, and all of them must come back, in their order.
"""

import re
from collections.abc import Sequence

from shared.domain.templates.html_scan import Piece, Place, marked, scan
from shared.domain.templates.template_checks import TemplateInvalid

INLINED_BYTES = 160_000  # as it is frozen: styles are repeated in each tag they are for

_INSIDE = (Place.ATTRIBUTE, Place.UNSEEN)  # of a tag or a comment
_MARK = re.compile("\ue001([0-9]+)\ue002")
_UNSEEN_MARK = re.compile("<!--(\ue001[0-9]+\ue002)-->")
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
_TAG_ALONE = re.compile("^[ \t]*(\ue001[0-9]+\ue002)[ \t]*\n+", re.MULTILINE)
_COLUMN_GAP = re.compile("(?<=\ue002) {3,}| {3,}(?=\ue001)")  # a value is not as wide as its mark
_EMPTY_LINES = re.compile(r"\n{3,}")


def check_html(html: str) -> None:
    """Raise TemplateInvalid, with the line, for HTML that no email may have or that cannot be sent."""
    inlined(html)


def inlined(html: str) -> str:
    """The HTML as a whole page, with the CSS of its <style> tags in the tags it is for.

    What cannot stand in a tag, such as @media, stays in a <style> tag. Raises TemplateInvalid.
    """
    if not html:
        return ""
    from css_inline import CSSInliner, InlineError  # few save or freeze a template with HTML

    pieces = scan(html)
    marks = [_mark(number, hides=piece.place not in _INSIDE) for number, piece in enumerate(pieces)]
    try:
        inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
        made = inliner.inline(marked(html, pieces, marks))
    except InlineError as error:
        raise TemplateInvalid(f"The CSS cannot be read: {error}") from error
    made = _UNSEEN_MARK.sub(r"\1", made)
    _check_order(pieces, _numbers(made), range(len(pieces)))
    made = _restored(made, pieces)
    if len(made.encode(errors="surrogatepass")) > INLINED_BYTES:
        raise TemplateInvalid(
            f"With its CSS in the tags, the HTML has more than {INLINED_BYTES:,} bytes. Shorten it."
        )
    return made


def text_of(html: str) -> str:
    """A text that says the same, as a template with the same fields; links follow their words in brackets.

    Raises TemplateInvalid where none can be made.
    """
    from inscriptis import get_text
    from inscriptis.model.config import ParserConfig

    pieces = scan(html)
    marks = [_text_mark(number, piece) for number, piece in enumerate(pieces)]
    made = get_text(marked(html, pieces, marks), ParserConfig(display_links=True))
    kept = [number for number, piece in enumerate(pieces) if piece.place not in _INSIDE]
    in_order = [number for number in _numbers(made) if number in set(kept)]
    _check_order(pieces, in_order, kept)
    made = _TAG_ALONE.sub(lambda found: found[1] if pieces[_number(found[1])].is_tag else found[0], made)
    lines = [line.rstrip() for line in _COLUMN_GAP.sub("  ", _LINK.sub(_link, made)).splitlines()]
    return _restored(_EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip(), pieces)


def _mark(number: int, *, hides: bool) -> str:
    """As a comment a mark may stand anywhere between tags; within one it may not."""
    mark = f"\ue001{number}\ue002"
    return f"<!--{mark}-->" if hides else mark


def _text_mark(number: int, piece: Piece) -> str:
    mark = _mark(number, hides=False)
    if piece.place is Place.TABLE:
        return f"<tr><td>{mark}</td></tr>"
    if piece.place is Place.ROW:
        return f"<td>{mark}</td>"
    return "" if piece.place is Place.UNSEEN else mark


def _number(mark: str) -> int:
    return int(mark[1:-1])


def _numbers(made: str) -> list[int]:
    return [int(number) for number in _MARK.findall(made)]


def _check_order(pieces: Sequence[Piece], found: Sequence[int], wanted: Sequence[int]) -> None:
    if list(found) != list(wanted):
        lost = next((number for number in wanted if number not in found), None)
        named = pieces[lost].liquid[:40] if lost is not None else "A field or tag"
        raise TemplateInvalid(
            f"{named} stands where HTML allows no text: it would be lost or moved. Check the tags around it."
        )


def _restored(made: str, pieces: Sequence[Piece]) -> str:
    return _MARK.sub(lambda found: pieces[int(found[1])].liquid, made)


def _link(found: re.Match[str]) -> str:
    words, address = found[1].strip(), found[2]
    return address if words in ("", address) else f"{words} ({address})"
