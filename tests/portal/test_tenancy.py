"""What nobody, and another company's people in each role, reach of ours: by each filter, each field of a form
and each cursor, of pages, files and exports.

The fields are read off the code of the pages, and the forms off the pages themselves, so that a new one is
tried as soon as it is there. Paths, and what roles may do, are in test_roles.py.
"""

import ast
import re
from html import unescape
from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from functions.portal.kit.app import PARTS
from functions.portal.kit.pages import PageRoute
from shared.domain.companies.user import Role
from tests.kit.api.marked import MARK, many_of_ours, mark_ours
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.portal.page_addresses import NOUNS
from tests.kit.portal.page_forms import PageForm, forms_of
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn
from tests.portal.test_roles import CLOSED, ENDS_THE_SESSION, _filled, _stored

# What stands in addresses and forms under a name that says not whose id it is.
NAMED = {
    **{f"{noun}_id": noun for noun in NOUNS},
    **{noun: noun for noun in NOUNS},
    "by": "user", "step": "step", "stand_in_id": "sender", "assigned_to": "user",
    "contact_ids": "contact", "failure_ids": "failure", "message_ids": "message",
}  # fmt: skip


def _names_in(module: str, *functions: str) -> set[str]:
    """The fields that a module asks a visit or a form for by these functions."""
    source = Path(str(import_module(module).__file__)).read_text(encoding="utf-8")
    return {
        str(call.args[0].value)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in functions
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def _modules() -> dict[tuple[str, str], str]:
    """The module of each route."""
    found = {}
    for part in PARTS.values():
        for name in part:
            module = import_module(f"functions.portal.{name}")
            for route in module.pages.routes:
                assert isinstance(route, PageRoute)
                found[route.page_method, route.path] = module.__name__
    return found


MODULES = _modules()
PAGES = [(path, MODULES["GET", path]) for method, path in CLOSED if method == "GET"]
FORMS = [
    (path, MODULES["POST", path])
    for method, path in CLOSED
    if method == "POST" and (method, path) not in ENDS_THE_SESSION
]
_READERS = (
    "line",
    "text",
    "lines",
    "item_id",
    "given",
    "choice",
    "one_of",
    "whole",
    "is_set",
    "days",
    "clock",
)


def _ours(name: str) -> str:
    """Something of ours for the field: an id where it wants one, else what our things are called."""
    noun = NAMED.get(name, name.removesuffix("_id"))
    return f"{noun}-{OURS}" if noun in (*NOUNS, "opt-out") else MARK


@pytest_asyncio.fixture(params=list(Role), ids=str)
async def stranger(office: Office, signed_in: SignedIn, request: pytest.FixtureRequest) -> Visitor:
    """Somebody of the other company, in each role, when all of ours is marked."""
    await mark_ours(office)
    return await signed_in(request.param, THEIRS)


def _says_ours(text: str, sent: str = "") -> bool:
    """Whether something of ours is said, but for what was asked for and is shown again."""
    without = re.sub(r'value="[^"]*"', "", text).replace(sent, "") if sent else text
    return MARK in without


async def test_no_filter_file_or_export_shows_anything_of_ours(stranger: Visitor) -> None:
    tried = 0
    for path, module in PAGES:
        here = _filled(path, THEIRS)
        for name in sorted(_names_in(module, "query", "queries")) or [""]:
            value = _ours(name)
            page = await stranger.get(f"{here}?{name}={value}" if name else here)
            assert page.status_code < 500, (path, name)
            assert not _says_ours(page.text, value if value == MARK else ""), (path, name)
            tried += 1
    assert tried > 100


async def test_no_cursor_of_ours_is_taken(office: Office, stranger: Visitor, signed_in: SignedIn) -> None:
    await many_of_ours(office)
    one_of_ours, tried = await signed_in(Role.ADMIN, OURS), 0
    for path, _ in PAGES:
        page = await one_of_ours.get(_filled(path))
        for href in set(re.findall(r'href="(/[^"]*cursor=[^"]+)"', page.text)):
            where = unescape(href).replace(f"-{OURS}", f"-{THEIRS}")
            assert (await one_of_ours.get(unescape(href))).status_code == 200, path
            answer = await stranger.get(where)
            assert answer.status_code in (403, 404, 422), where
            assert not _says_ours(answer.text), where
            tried += 1
    assert tried > 8


async def test_nobody_reads_anything_by_a_filter_a_file_an_export_or_a_form(
    office: Office, visitor: Visitor
) -> None:
    await mark_ours(office)
    before = await _stored(office)
    for path, module in PAGES:
        asked = {name: _ours(name) for name in _names_in(module, "query", "queries")}
        page = await visitor.get(f"{_filled(path)}?{urlencode(asked)}")
        assert page.status_code == 303, path
        assert page.headers["location"].startswith("/sign-in"), path
        assert not _says_ours(page.text), path
    for path, module in FORMS:
        values = {name: _ours(name) for name in _names_in(module, *_READERS) - {"csrf"}}
        answer = await visitor.post(_filled(path), values, seen="/sign-in")
        assert answer.headers["location"].startswith("/sign-in"), path
    assert await _stored(office) == before


async def test_no_form_changes_or_shows_anything_of_ours(office: Office, stranger: Visitor) -> None:
    before = await _stored(office)
    for path, module in FORMS:
        names = _names_in(module, *_READERS) - {"csrf"}
        values = {name: _ours(name) for name in names}
        answer = await stranger.post(_filled(path, THEIRS), values, seen="/account")
        assert answer.status_code < 500, path
        assert not _says_ours(answer.text, MARK), path
        if answer.status_code == 303:
            page = await stranger.get(answer.headers["location"])
            assert page.status_code < 500, path
    assert await _stored(office) == before


async def _forms(person: Visitor) -> dict[tuple[str, str], PageForm]:
    """Every form of the other company's pages as the person sees them: of those alike the one with most."""
    found: dict[tuple[str, str], PageForm] = {}
    for path, _ in PAGES:
        address = _filled(path, THEIRS)
        for form in forms_of((await person.get(address)).text, address):
            key = form.method, form.action.partition("?")[0]
            known = found.get(key)
            if known is None or len(form.fields + form.offered) > len(known.fields + known.offered):
                found[key] = form
    return {key: form for key, form in found.items() if key not in ENDS_THE_SESSION}


async def test_no_form_as_its_page_has_it_takes_an_id_of_ours(office: Office, stranger: Visitor) -> None:
    before, named, tried = await _stored(office), await _named(office), set[str]()
    for (method, action), form in (await _forms(stranger)).items():
        for name, value in dict.fromkeys(form.fields + form.offered):
            if f"-{THEIRS}" not in value:
                continue
            sent: dict[str, list[str]] = {}
            for key, kept in form.fields:
                sent.setdefault(key, []).append(kept)
            sent[name] = [value.replace(f"-{THEIRS}", f"-{OURS}")]
            if method == "GET":
                answer = await stranger.get(f"{action}?{urlencode(sent, doseq=True)}")
            else:
                sent.pop("csrf", None)
                answer = await stranger.post(action, sent, seen="/account")
            assert answer.status_code < 500, (action, name)
            assert not _says_ours(answer.text), (action, name)
            tried.add(name)
    assert await _stored(office) == before
    assert await _named(office) == named
    assert len(tried) > 2, tried


async def _named(office: Office) -> set[str]:
    """What of ours the other company's records name. What they call their own is theirs, whatever its id."""
    theirs = await _stored(office, THEIRS)
    own = {key.partition("/")[2] for key in theirs}
    return set(re.findall(rf"[\w-]+-{OURS}\b", repr(theirs))) - own
