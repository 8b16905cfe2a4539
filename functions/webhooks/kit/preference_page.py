"""The page where a person sees and changes what they get: /messages/p/TOKEN; to refuse: /messages/u/TOKEN.

The token says who it is, and is all that is asked for: no login, no cookie, no script. GET changes nothing,
as mail scanners and previews follow links; POST does, be it from the page or from a mail program (RFC 8058).
"""

import logging
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from functions.problems import no_method, problem_response
from functions.request_body import BodyTooLarge, read_body
from functions.webhooks.kit.preference_words import WORDS, PageWords, language_of
from shared import log
from shared.domain.contacts.preference_link import (
    PREFERENCES_PATH,
    UNSUBSCRIBE_PATH,
    LinkedPerson,
    LinkInvalid,
    person_in,
)
from shared.domain.contacts.preferences import Choice, Preferences
from shared.domain.errors import NotFound
from shared.runtime import Runtime
from shared.usecases.companies.make_links import make_links
from shared.usecases.contacts.confirm_by_link import confirm_by_link
from shared.usecases.contacts.save_preferences import (
    ShownPreferences,
    read_preferences,
    save_preferences,
)

if TYPE_CHECKING:
    from jinja2 import Template

LONGEST_BODY = 32 * 1024  # as many topics as there may be, twice each, in any script
MOST_FIELDS = 50
ONE_CLICK = ("List-Unsubscribe", "One-Click")  # https://www.rfc-editor.org/rfc/rfc8058
_PAGES = Path(__file__).parent


async def serve_preferences(runtime: Runtime, path: str, request: Request) -> Response:
    """The page; after a POST with what holds from then on. 404 for a link that is none of ours."""
    if request.method not in ("GET", "HEAD", "POST"):
        return problem_response(no_method("GET, HEAD, POST"), request.url.path.rpartition("/")[0])
    kind, _, token = path.partition("/")
    language = language_of(request.headers.get("accept-language", ""))
    settings = runtime.settings
    try:
        person = person_in(token, settings.link_keys)
        if request.method != "POST":
            return _page(
                kind, person, await read_preferences(runtime, person.company_id, person), language, runtime
            )
        fields = await _fields(request, await read_body(request, LONGEST_BODY))
        if ("do", "confirm") in fields and kind == PREFERENCES_PATH:
            await confirm_by_link(runtime, person.company_id, person)
        chosen = _Chosen(person, fields, is_unsubscribing=kind == UNSUBSCRIBE_PATH)
        shown = await save_preferences(runtime, person.company_id, person, chosen.choice)
    except (LinkInvalid, NotFound):
        return _invalid(language)
    except (BodyTooLarge, ValueError):
        return _answer(_view(language, WORDS[language].invalid_title, text=WORDS[language].invalid), 413)
    with log.context(company_id=person.company_id):
        log.event("preferences saved", level=logging.INFO, is_one_click=ONE_CLICK in fields)
    return _page(PREFERENCES_PATH, person, shown, language, runtime, is_saved=True)


class _Chosen(Struct, frozen=True):
    """What a form, or one click, asks for."""

    person: LinkedPerson
    fields: Sequence[tuple[str, str]]
    is_unsubscribing: bool

    def choice(self, held: Preferences) -> Choice:
        """What holds from now on. What nobody asked for changes nothing."""
        does = dict(self.fields).get("do", "")
        refused = held.refused_topics
        if self.is_unsubscribing and (ONE_CLICK in self.fields or does == "stop_topic"):
            does = "stop_topic" if self.person.topic else "stop_all"
        match does:
            case "stop_all":
                return Choice(gets_messages=False, refused_topics=refused)
            case "stop_topic" if self.person.topic:
                return Choice(refused_topics=refused | {self.person.topic})
            case "again":
                return Choice(gets_messages=True, refused_topics=refused)
            case "save":
                return Choice(refused_topics=self._unwanted(refused))
            case _:
                return Choice(refused_topics=refused)

    def _unwanted(self, refused: frozenset[str]) -> frozenset[str]:
        """Topics that were on the page and are not checked. Of what was not on it nothing was said."""
        shown = {value for name, value in self.fields if name == "shown"}
        return (refused - shown) | (shown - {value for name, value in self.fields if name == "topic"})


async def _fields(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The pairs of a form. Raises ValueError.

    Mail programs should post their one click as multipart/form-data, and may do so as pages do (RFC 8058,
    section 3.2).
    """
    if request.headers.get("content-type", "").strip().lower().startswith("multipart/form-data"):
        return await _parts(request, body)
    pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return [(name, value.rstrip("\r\n")) for name, value in pairs]


async def _parts(request: Request, body: bytes) -> list[tuple[str, str]]:
    """The pairs of a form in parts. Raises ValueError."""
    from starlette.formparsers import MultiPartException, MultiPartParser  # here, as few forms come so

    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(request.headers, stream(), max_files=0, max_fields=MOST_FIELDS)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise ValueError("is no readable form") from error
    return [(name, value.strip()) for name, value in form.multi_items() if isinstance(value, str)]


def _page(
    kind: str,
    person: LinkedPerson,
    shown: ShownPreferences,
    language: str,
    runtime: Runtime,
    *,
    is_saved: bool = False,
) -> Response:
    words, company = WORDS[language], shown.company.name
    links = make_links(runtime, person.company_id)
    to = (person.channel, person.address, person.topic)
    home = links.preferences(*to)
    filled = {"company": company, "topic": person.topic}
    view = _view(
        language,
        words.title.format(company=company),
        which=words.which.format(address=_masked(person)),
        notice=_notice(words, shown) if is_saved else "",
    )
    if shown.preferences.refusal is not None:
        forms = [_form(home, "again", words.again, "main")] if shown.preferences.may_return else []
        text = words.gets_nothing.format(company=company)
        if not forms:
            text += " " + words.ask_company.format(company=company)
        return _answer(view | {"text": text, "forms": forms})
    if kind == UNSUBSCRIBE_PATH:
        return _answer(
            view | _asking(words, filled, links.unsubscribe(*to), home, is_topic=bool(person.topic))
        )
    choosing = _with_return(words, shown, home, _choosing(words, shown, home))
    return _answer(view | _with_question(words, shown, home, choosing))


def _notice(words: PageWords, shown: ShownPreferences) -> str:
    return f"{words.saved} {words.start_too}" if shown.may_be_held else words.saved


def _asking(
    words: PageWords, filled: Mapping[str, str], url: str, home: str, *, is_topic: bool
) -> dict[str, Any]:
    """The question of an unsubscribe link."""
    text = words.unsubscribe_topic if is_topic else words.unsubscribe
    forms = [_form(url, "stop_topic", words.stop_topic.format(**filled), "main")] if is_topic else []
    forms.append(_form(url, "stop_all", words.stop_all, "other" if is_topic else "main"))
    other = {"url": home, "text": words.other_settings}
    return {"text": text.format(**filled), "forms": forms, "other": other}


def _with_question(
    words: PageWords, shown: ShownPreferences, home: str, view: dict[str, Any]
) -> dict[str, Any]:
    """The question of the lists that ask for double opt-in, before what else there is to choose."""
    if not shown.to_confirm:
        return view
    text = words.to_confirm.format(company=shown.company.name, topic=", ".join(shown.to_confirm))
    forms = [_form(home, "confirm", words.confirm, "main")]
    forms += [form | {"kind": "other"} for form in view["forms"]]
    return {**view, "text": text, "forms": forms}


def _with_return(
    words: PageWords, shown: ShownPreferences, home: str, view: dict[str, Any]
) -> dict[str, Any]:
    """What a STOP to a single sender ended, and the way back, before what else there is to choose."""
    if not shown.preferences.has_refused_sender:
        return view
    text = words.gets_some.format(company=shown.company.name)
    return {**view, "text": text, "forms": [_form(home, "again", words.again, "other"), *view["forms"]]}


def _choosing(words: PageWords, shown: ShownPreferences, home: str) -> dict[str, Any]:
    """The topics to choose from, and the way out of all."""
    stop = _form(home, "stop_all", words.stop_all, "other")
    if not shown.topics:
        return {"text": words.gets_all.format(company=shown.company.name), "forms": [stop]}
    refused = shown.preferences.refused_topics
    topics = [{"name": topic, "is_wanted": topic not in refused} for topic in shown.topics]
    choose = _form(home, "save", words.save, "main") | {"legend": words.choose, "topics": topics}
    return {"forms": [choose, stop]}


def _form(action: str, does: str, button: str, kind: str) -> dict[str, Any]:
    return {"action": action, "does": does, "button": button, "kind": kind, "topics": []}


def _masked(person: LinkedPerson) -> str:
    """Enough of the address for its owner to know it: who else sees the page learns little."""
    name, at, domain = person.address.partition("@")
    return f"{name[:1]}•••@{domain}" if at else f"•••• {name[-4:]}"


def _view(language: str, heading: str, **beside: Any) -> dict[str, Any]:
    return {"language": language, "heading": heading, "forms": [], **beside}


def _invalid(language: str) -> Response:
    words = WORDS[language]
    return _answer(_view(language, words.invalid_title, text=words.invalid), 404)


def _answer(view: Mapping[str, Any], status: int = 200) -> Response:
    nonce = secrets.token_urlsafe(12)
    page = _template().render(**view, nonce=nonce, style=_style())
    return HTMLResponse(
        page,
        status,
        {
            "content-security-policy": f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
            "referrer-policy": "no-referrer",
            "cache-control": "no-store",
            "x-robots-tag": "noindex, nofollow",
            "x-content-type-options": "nosniff",
        },
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment  # here, as webhooks need none

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((_PAGES / "preferences.html").read_text(encoding="utf-8"))


@cache
def _style() -> str:
    return (_PAGES / "preferences.css").read_text(encoding="utf-8")
