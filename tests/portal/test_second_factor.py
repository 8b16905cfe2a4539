"""The second factor: added with the password and a code, asked for at sign-in, throttled, used once."""

import re
from datetime import timedelta

import pyotp
import pytest

from shared.domain.companies.session import CODE_WITHIN
from shared.domain.companies.throttle import MOST_TRIES, STRETCH, Counted
from shared.domain.companies.user import Role, User
from shared.usecases.users.invite_user import invite_to_reset
from tests.kit.api.office import OURS, Office
from tests.kit.clock import Clock
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import PASSWORD, SignedIn

HERE = "/account/second-factor"
EDITOR = f"{Role.EDITOR}@{OURS}.example.org"
STEP = timedelta(seconds=30)


async def _user(office: Office, email: str = EDITOR) -> User:
    login = await office.stores.logins.find(email)
    assert login is not None
    return await office.stores.users.get(OURS, login.user_id)


async def _add(person: Visitor, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """The person adds an app; it, and the recovery codes."""
    answer = await person.post(HERE, {"current": PASSWORD}, seen=HERE)
    assert answer.headers["location"] == f"{HERE}/code"
    page = await person.get(f"{HERE}/code")
    found = re.search(r'class="key">([^<]+)<', page.text)
    assert found, page.text
    assert 'src="data:image/svg+xml' in page.text
    app = pyotp.TOTP(found[1].replace(" ", ""))
    page = await person.post(f"{HERE}/code", {"code": app.at(clock.at)})
    assert page.status_code == 200, person.says
    codes = re.findall(r"<code>([a-z0-9-]+)</code>", page.text)
    assert len(codes) == 10
    return app, codes


async def _ask(office: Office) -> Visitor:
    """Somebody who has given the right password."""
    person = Visitor(office.runtime)
    answer = await person.sign_in(EDITOR, PASSWORD, "/files")
    assert answer.headers["location"] == "/sign-in/code?next=/files"
    await person.get("/sign-in/code?next=/files")
    return person


async def test_a_code_is_asked_for_after_the_password(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    owner, other = await signed_in(Role.EDITOR), await signed_in(Role.EDITOR)
    clock.at += timedelta(seconds=1)
    app, codes = await _add(owner, clock)
    assert (await owner.get(HERE)).status_code == 200
    assert (await other.get(HERE)).status_code == 303  # all other sessions ended
    stored = repr(await _user(office))
    assert app.secret not in stored
    assert not any(code in stored for code in codes)
    clock.at += STEP
    person = await _ask(office)
    assert (await person.get("/files")).status_code == 303  # nothing is shown before the code
    await person.get("/sign-in/code?next=/files")
    answer = await person.post("/sign-in/code", {"code": app.at(clock.at), "next": "/files"})
    assert answer.headers["location"] == "/files"
    assert (await person.get("/files")).status_code == 200
    await person.close()


async def test_a_code_and_a_recovery_code_hold_once(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    app, codes = await _add(await signed_in(Role.EDITOR), clock)
    said = set()
    for code, status in (
        (app.at(clock.at), 403),  # used when it was added
        (codes[0], 303),
        (codes[0], 403),
        (app.at(clock.at + STEP), 303),
        (app.at(clock.at + STEP), 403),
        ("000000", 403),
    ):
        person = await _ask(office)
        answer = await person.post("/sign-in/code", {"code": code})
        assert answer.status_code == status, code
        if status == 403:
            said.add(person.says)
        await person.close()
    assert len(said) == 1  # nobody learns why


async def test_tries_at_codes_are_counted_for_the_user_and_for_a_while(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    app, codes = await _add(await signed_in(Role.EDITOR), clock)
    clock.at += STEP
    most = MOST_TRIES[Counted.CODE]
    statuses = []
    for _ in range(most + 1):  # the password again each time changes nothing
        person = await _ask(office)
        statuses.append((await person.post("/sign-in/code", {"code": "000000"})).status_code)
        await person.close()
    assert statuses == [403] * most + [429]
    for code in (app.at(clock.at), codes[0]):
        person = await _ask(office)
        assert (await person.post("/sign-in/code", {"code": code})).status_code == 429
        await person.close()
    clock.at += STRETCH
    person = await _ask(office)
    assert (await person.post("/sign-in/code", {"code": codes[0]})).status_code == 303
    await person.close()


async def test_what_awaits_a_code_is_over_soon_and_by_signing_out_everywhere(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    owner = await signed_in(Role.EDITOR)
    app, _ = await _add(owner, clock)
    late, ended, nobody = await _ask(office), await _ask(office), Visitor(office.runtime)
    clock.at += timedelta(seconds=31)
    await owner.post("/account/sign-out-everywhere", seen="/account")
    answer = await ended.post("/sign-in/code", {"code": app.at(clock.at)})
    assert answer.headers["location"] == "/sign-in"
    clock.at += CODE_WITHIN
    answer = await late.post("/sign-in/code", {"code": app.at(clock.at)})
    assert answer.headers["location"] == "/sign-in"
    assert (await nobody.get("/sign-in/code")).headers["location"] == "/sign-in"
    for one in (late, ended, nobody):
        await one.close()


async def test_a_link_for_a_new_password_does_not_pass_by_the_code(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    app, _ = await _add(await signed_in(Role.EDITOR), clock)
    _, token = await invite_to_reset(office.runtime, OURS, (await _user(office)).id, by="a test")
    clock.at += STEP
    person, path, new = Visitor(office.runtime), f"/invitation/{token.text}", "seven green kettles"
    answer = await person.post(path, {"password": new, "again": new}, seen=path)
    assert answer.headers["location"].startswith("/sign-in/code")
    assert (await person.get("/account")).status_code == 303
    await person.get("/sign-in/code")
    assert (await person.post("/sign-in/code", {"code": app.at(clock.at)})).status_code == 303
    assert (await person.get("/account")).status_code == 200
    await person.close()


async def test_adding_needs_the_password_and_a_right_code_in_time(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    person = await signed_in(Role.EDITOR)
    assert (await person.post(HERE, {"current": "wrong"}, seen=HERE)).status_code == 422
    assert (await person.get(f"{HERE}/code")).headers["location"] == HERE
    await person.post(HERE, {"current": PASSWORD}, seen=HERE)
    assert (await person.post(f"{HERE}/code", {"code": "000000"}, seen=f"{HERE}/code")).status_code == 422
    assert not (await _user(office)).has_second_factor
    clock.at += timedelta(minutes=30)
    assert (await person.get(f"{HERE}/code")).headers["location"] == HERE
    await _add(person, clock)
    await person.post(HERE, {"current": PASSWORD}, seen=HERE)
    assert "has a second factor already" in (await person.get(HERE)).text


async def test_recovery_codes_are_made_anew_and_the_factor_is_removed_with_a_code(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    person = await signed_in(Role.EDITOR)
    app, codes = await _add(person, clock)
    clock.at += STEP
    page = await person.post(f"{HERE}/recovery-codes", {"code": app.at(clock.at)}, seen=HERE)
    renewed = re.findall(r"<code>([a-z0-9-]+)</code>", page.text)
    assert len(renewed) == 10
    for code, has_one in ((codes[0], True), (renewed[0], False)):
        await person.post(f"{HERE}/remove", {"code": code}, seen=HERE)
        assert (await _user(office)).has_second_factor == has_one
    assert (await person.get(HERE)).status_code == 200
    other = Visitor(office.runtime)
    assert (await other.sign_in(EDITOR, PASSWORD)).headers["location"] == "/"
    await other.close()


async def test_an_admin_requires_it_and_resets_it(office: Office, signed_in: SignedIn, clock: Clock) -> None:
    admin, editor = await signed_in(Role.ADMIN), await signed_in(Role.EDITOR)
    await _add(admin, clock)
    where = "/settings/sign-in"
    await admin.post(f"{where}/second-factor", {"is_required": "on"}, seen=where)
    assert (await admin.get("/files")).status_code == 200
    for path in ("/", "/files", "/inbox"):
        assert (await editor.get(path)).headers["location"] == HERE
    answer = await editor.get("/files", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, HERE)
    await _add(editor, clock)
    assert (await editor.get("/files")).status_code == 200
    clock.at += timedelta(seconds=1)
    user_id = (await _user(office)).id
    await admin.post(f"/settings/users/{user_id}/second-factor", seen=f"/settings/users/{user_id}")
    assert (await editor.get("/files")).headers["location"].startswith("/sign-in")
    assert (await editor.sign_in(EDITOR, PASSWORD)).headers["location"] == "/"
    assert (await editor.get("/files")).headers["location"] == HERE
    await admin.post(f"{where}/second-factor", {}, seen=where)
    assert (await editor.get("/files")).status_code == 200


@pytest.mark.parametrize("wanted", ["https://x.example", "//x.example", "/\\x.example"])
async def test_a_code_leads_to_our_own_pages_only(
    office: Office, signed_in: SignedIn, clock: Clock, wanted: str
) -> None:
    app, _ = await _add(await signed_in(Role.EDITOR), clock)
    clock.at += STEP
    person = await _ask(office)
    answer = await person.post("/sign-in/code", {"code": app.at(clock.at), "next": wanted})
    assert answer.headers["location"] == "/"
    await person.close()
