"""Whatever is sent to a page, it is answered as a page, within bounds, and is no fault of ours.

Every route gets odd ids, odd questions and odd forms, drawn by ROLLCALL_SEED (1); ROLLCALL_EXAMPLES (2) says
how many of each. Requests are handed over as bytes, as no client would send most of them.
"""

import asyncio
import os
import random
import re
from collections.abc import Iterator, Sequence
from html import unescape
from urllib.parse import quote, unquote, urlencode, urljoin

import pytest
import pytest_asyncio
from msgspec import Struct, field
from starlette.types import ASGIApp, Message

from shared.domain.companies.user import Role
from tests.kit.api.office import OURS, Office
from tests.kit.portal.page_forms import PageForm, forms_of
from tests.kit.portal.visitor import Visitor, whole_portal
from tests.portal.conftest import SignedIn
from tests.portal.test_roles import ENDS_THE_SESSION, ROWS, _filled
from tests.portal.test_tenancy import _READERS, MODULES, _names_in

SEED = int(os.environ.get("ROLLCALL_SEED", "1"))
EXAMPLES = int(os.environ.get("ROLLCALL_EXAMPLES", "2"))
PATIENCE = 20  # seconds, on a busy machine too: nothing that is sent may take long
MIB = 1024 * 1024

ODD_TEXTS: tuple[bytes, ...] = (
    b"", b"%20", b"..", b"%2e%2e%2f", b".", b"__x__", b"%00", b"%0A", b"%0D%0AX: y", b"%1b", b"%7f",
    b"a" * 600, b"%F0%9F%98%80", b"%FF", b"%ED%A0%80", b"%C0%AF", b"%E2%80%AE", b"9" * 40, b"-1", b"0", b"1",
    b"1e999", b"nan", b"inf", b"%C2%B2", b"%D9%A3", b"0001-01-01", b"9999-12-31", b"2026-02-30",
    b"2026-W53-7",
    b"0001-01-01T00:00", b"9999-12-31T23:59", b"9999-12-31T23:59:59%2B14:00", b"25:61", b"23:59:59.999999",
    b"09:00%2B14:00", b"true", b"null", b"%5B%5D", b"%7B%7B%20x%20%7D%7D", b"%3Cscript%3E", b"%27%22%60",
    b"%25",
    b"cursor", b"eA.0", b"a.b.c", b"%2F%2Fevil.example", b"javascript:x", b"+19175550142", b"@", b"a@b",
)  # fmt: skip
ODD_IDS = tuple(text for text in ODD_TEXTS if text not in (b"", b"."))
ODD_TYPES = (
    b"", b"application/json", b"text/plain", b"multipart/form-data", b"multipart/form-data; boundary=",
    b"multipart/form-data; boundary=x", b"multipart/form-data; boundary=x; charset=undefined",
    b"multipart/form-data; boundary=x; charset=utf-7", b"application/x-www-form-urlencoded; charset=utf-16",
    b"\xff/\xfe", b"application/x-www-form-urlencoded",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
FORM = b"application/x-www-form-urlencoded"


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Sender(Struct, kw_only=True):
    """A person's session, by which bytes are sent."""

    app: ASGIApp
    cookie: bytes
    token: bytes
    wrong: list[object] = field(default_factory=list)

    async def send(
        self, method: str, address: bytes, body: bytes = b"", *headers: tuple[bytes, bytes]
    ) -> Answer:
        """What the portal answers to these bytes, as uvicorn would hand them over."""
        path, _, query = address.partition(b"?")
        said = [(b"host", b"portal.test"), (b"cookie", self.cookie), *headers]
        if body or method == "POST":
            said.append((b"content-length", str(len(body)).encode()))
        if method == "POST":
            said += [(b"x-csrf-token", self.token), (b"sec-fetch-site", b"same-origin")]
            said += [] if b"content-type" in dict(headers) else [(b"content-type", FORM)]
        scope: dict[str, object] = {
            "type": "http", "http_version": "1.1", "method": method, "scheme": "https", "root_path": "",
            "path": unquote(path.decode("ascii")), "raw_path": path, "query_string": query, "headers": said,
            "client": ("203.0.113.9", 1), "server": ("portal.test", 443), "state": {},
        }  # fmt: skip
        return await asyncio.wait_for(_answer(self.app, scope, body), PATIENCE)


async def _answer(app: ASGIApp, scope: dict[str, object], body: bytes) -> Answer:
    sent: list[Message] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    pieces = (message.get("body", b"") for message in sent[1:])
    return Answer(start["status"], dict(start["headers"]), b"".join(pieces))


@pytest_asyncio.fixture
async def sender(office: Office, signed_in: SignedIn) -> Sender:
    """An admin of ours, whose requests reach everything."""
    return await _sender(office, await signed_in(Role.ADMIN))


async def _sender(office: Office, person: Visitor) -> Sender:
    page = await person.get("/account")
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    token = found[1] if found else ""
    cookies = "; ".join(f"{one.name}={one.value}" for one in person.http.cookies.jar)
    return Sender(app=whole_portal(office.runtime), cookie=cookies.encode(), token=token.encode())


def _check(sender: Sender, answer: Answer, *what: object) -> None:
    """Note what is wrong: a fault of ours, no page, or without what every answer carries."""
    headers = answer.headers
    is_page = headers.get(b"content-type", b"text/html").startswith(b"text/html")
    is_wrong = (
        answer.status >= 500
        or b"default-src 'none'" not in headers.get(b"content-security-policy", b"")
        or b"no-store" not in headers.get(b"cache-control", b"")
        or (answer.status >= 400 and not is_page)
    )
    if is_wrong:
        sender.wrong.append((answer.status, *what))


def _dice(*key: object) -> random.Random:
    return random.Random(repr((SEED, *key)))  # noqa: S311  # the same requests for the same seed


def _drawn(odd: Sequence[bytes], *key: object) -> list[bytes]:
    return _dice(*key).sample(odd, min(EXAMPLES, len(odd)))


def _names(method: str, path: str) -> list[str]:
    asked = _names_in(MODULES[method, path], *(("query", "queries") if method == "GET" else _READERS))
    return sorted(asked | ({"cursor"} if method == "GET" else set()) - {"csrf"})


def _routes(method: str) -> list[str]:
    return [path for of, path in ROWS if of == method and (of, path) not in ENDS_THE_SESSION]


def _with_odd_ids(path: str) -> Iterator[bytes]:
    """The path with each of its ids replaced, one at a time."""
    for found in re.findall(r"\{[a-z_:]+\}", path):
        before, after = path.split(found)
        for odd in _drawn(ODD_IDS, path, found):
            yield _filled(before).encode() + odd + _filled(after).encode()


async def test_odd_ids(sender: Sender) -> None:
    for method in ("GET", "POST"):
        for path in _routes(method):
            for address in _with_odd_ids(path):
                _check(sender, await sender.send(method, address), method, address)
    assert sender.wrong == []


async def test_odd_questions(sender: Sender) -> None:
    for path in _routes("GET"):
        names, here = _names("GET", path), _filled(path).encode()
        for name in names:
            for odd in _drawn(ODD_TEXTS, path, name):
                address = here + b"?" + name.encode() + b"=" + odd
                _check(sender, await sender.send("GET", address), address)
        for number in range(EXAMPLES):
            dice = _dice(path, number)
            pairs = [name.encode() + b"=" + dice.choice(ODD_TEXTS) for name in names for _ in range(2)]
            dice.shuffle(pairs)
            address = here + b"?" + b"&".join(pairs)
            _check(sender, await sender.send("GET", address), address)
    assert sender.wrong == []


async def test_odd_forms(office: Office, sender: Sender) -> None:
    for path in _routes("POST"):
        names, here = _names("POST", path), _filled(path).encode()
        for number in range(EXAMPLES * 2):
            dice = _dice(path, number)
            some = dice.sample(names, dice.randint(0, len(names)))
            pairs = [
                name.encode() + b"=" + dice.choice(ODD_TEXTS)
                for name in some
                for _ in range(dice.randint(1, 2))
            ]
            body = b"&".join(pairs)
            _check(sender, await sender.send("POST", here, body), path, body)
        await office.stores.companies.change(OURS, requires_second_factor=False)
    assert sender.wrong == []


async def test_a_form_as_its_page_has_it_with_one_odd_field(
    office: Office, signed_in: SignedIn, sender: Sender
) -> None:
    forms = await _forms(await signed_in(Role.ADMIN))
    assert len(forms) > 100
    for (action, _), form in forms.items():
        for name in dict.fromkeys(name for name, _ in form.fields if name != "csrf"):
            for odd in _drawn(ODD_TEXTS, action, name):
                body = _encoded(form, name, odd)
                _check(sender, await sender.send("POST", action.encode(), body), action, body)
        await office.stores.companies.change(OURS, requires_second_factor=False)
    assert sender.wrong == []


async def _forms(person: Visitor) -> dict[tuple[str, tuple[str, ...]], PageForm]:
    """Every form of our pages, and of those they lead to by a question, once for each set of its fields."""
    found, asked, waiting = {}, set[str](), [_filled(path) for path in _routes("GET")]
    while waiting:
        here = waiting.pop()
        page = (await person.get(here)).text
        for form in forms_of(page, here):
            if form.method == "POST" and ("POST", form.action) not in ENDS_THE_SESSION:
                found[form.action, tuple(sorted({name for name, _ in form.fields}))] = form
        links = {urljoin(here, unescape(href)) for href in re.findall(r'href="([^"#]*\?[^"#]*)"', page)}
        new = {link for link in links - asked if "cursor=" not in link and "next=" not in link}
        waiting += sorted(new) if "?" not in here else []
        asked |= new
    return found


def _encoded(form: PageForm, name: str, odd: bytes) -> bytes:
    """The form as a browser sends it, but for one field."""
    kept = [(key, value) for key, value in form.fields if key not in (name, "csrf")]
    return b"&".join((urlencode(kept).encode(), quote(name).encode() + b"=" + odd))


async def test_halves_of_characters(sender: Sender) -> None:
    """What UTF-7 can hold and UTF-8 cannot: in each field of each form, and as its name."""
    part = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n--x--\r\n'
    kind = (b"content-type", b"multipart/form-data; boundary=x; charset=utf-7")
    for path in _routes("POST"):
        here = _filled(path).encode()
        for body in (part % (b"name", b"+2AA-"), part % (b"+2AA-", b"x")):
            answer = await sender.send("POST", here, body, kind)
            assert answer.status in (400, 404), (path, answer.status)
    assert sender.wrong == []


async def test_bodies_that_are_no_forms(sender: Sender) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n--x--\r\n'
    for path in _routes("POST"):
        name, here = (_names("POST", path) or ["name"])[0].encode(), _filled(path).encode()
        bodies = (
            b"\xff\xfe\x00", b"{}", b"=&=&&&=;", b"a" * 100, part % (name, b"", b"+2AA-\xed\xa0\x80\xff"),
            part % (name, b'; filename="..\\/x"', b"x"), part % (b"", b"; filename*=utf-16''%ff", b""),
            b"--x\r\n\r\n",
        )  # fmt: skip
        for kind in _drawn(ODD_TYPES, path):
            for body in _drawn(bodies, path, kind)[:2]:
                answer = await sender.send("POST", here, body, (b"content-type", kind))
                _check(sender, answer, path, kind, body)
        large = name + b"=" + b"a" * (MIB - 100)
        _check(sender, await sender.send("POST", here, large), path, "large")
    assert sender.wrong == []


async def test_too_large_and_too_many(sender: Sender) -> None:
    for path in _routes("POST"):
        here = _filled(path).encode()
        many = b"&".join(b"a=1" for _ in range(5_000))
        _check(sender, await sender.send("POST", here, many), path, "many")
    answer = await sender.send("POST", b"/settings/approval", b"a=" + b"x" * MIB)
    assert answer.status == 413
    assert sender.wrong == []


def _as_pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[a-z_:]+\}", "[^/]+", path))


async def test_other_methods(sender: Sender) -> None:
    for path in {path for _, path in ROWS}:
        here = _filled(path).encode()
        # An address such as /files/announce is also that of a file with this id.
        taken = {of for of, at in ROWS if _as_pattern(at).fullmatch(path)}
        for method in METHODS:
            if method in taken:
                continue
            answer = await sender.send(method, here)
            if method == "HEAD" and "GET" in taken:
                assert answer.status < 500, path
                continue
            _check(sender, answer, method, path)
            assert answer.status == 405, (method, path)
            allowed = set(answer.headers[b"allow"].decode().split(", "))
            assert allowed <= taken | {"HEAD"}, (method, path)
    assert sender.wrong == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.APPROVER])
async def test_odd_questions_of_other_roles(office: Office, signed_in: SignedIn, role: Role) -> None:
    sender = await _sender(office, await signed_in(role))
    for method in ("GET", "POST"):
        for path in _routes(method):
            here = _filled(path).encode()
            pairs = b"&".join(
                quote(name).encode() + b"=" + odd
                for name in _names(method, path)
                for odd in _drawn(ODD_TEXTS, path, name, role)[:1]
            )
            answer = await (
                sender.send("GET", here + b"?" + pairs)
                if method == "GET"
                else sender.send("POST", here, pairs)
            )
            _check(sender, answer, method, path, pairs)
    assert sender.wrong == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"origin", b"http://["), (b"origin", b"null"), (b"origin", b"\xff"), (b"origin", b"https://portal.test:x"),
        (b"sec-fetch-site", b"\xff"), (b"content-length", b"-1"), (b"content-length", b"9" * 40),
        (b"content-length", b"\xb2"), (b"x-csrf-token", b"\xff"), (b"x-forwarded-for", b"\xff, ["),
        (b"host", b"["), (b"host", b"//evil.example"), (b"if-none-match", b"\xff"), (b"hx-request", b"true"),
        (b"cookie", b"\xff=\xff; __Host-session=\xff; __Host-flash=\xff"), (b"cookie", b"__Host-session=a.b"),
        (b"cookie", b"__Host-flash=NQ=="), (b"cookie", b"__Host-flash=" + b"W1tb" * 7_000),
        (b"cookie", b"__Host-flash=W3t9LFtdXQ=="), (b"cookie", b"__Host-oidc=\xff; __Host-code=\xff"),
        (b"traceparent", b"\xff"), (b"accept-encoding", b"\xff"), (b"content-type", b"\xff"),
    ],
)  # fmt: skip
async def test_odd_headers(sender: Sender, name: bytes, value: bytes) -> None:
    for path in (b"/", b"/account", b"/sign-in", b"/sign-in/code", b"/sign-in/callback", b"/nowhere"):
        cookie = [(b"cookie", sender.cookie)] if name == b"cookie" else []
        _check(sender, await sender.send("GET", path, b"", (name, value), *cookie), path)
    for path in (b"/sign-in", b"/account/password", b"/sign-in/code"):
        _check(sender, await sender.send("POST", path, b"a=1", (name, value)), path)
    assert sender.wrong == []
