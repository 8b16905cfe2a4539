"""Getting in and out: equal answers, throttled tries, sessions that end, forms that only our pages send."""

import html
import re
from datetime import timedelta

import pytest

from shared import metering
from shared.domain.companies.session import IDLE, LONGEST
from shared.domain.companies.throttle import MOST_TRIES, STRETCH, Counted, throttle_id
from shared.domain.companies.user import Role
from shared.domain.errors import InvalidInput
from shared.usecases.users.create_user import AddressTaken, create_user
from shared.usecases.users.invite_user import invite_to_reset, invite_user
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.clock import Clock
from tests.kit.portal.visitor import ADDRESS, Visitor
from tests.portal.conftest import PASSWORD, SignedIn

ADMIN = f"{Role.ADMIN}@{OURS}.example.org"


async def test_a_session_is_a_cookie_that_no_script_reads(signed_in: SignedIn, visitor: Visitor) -> None:
    person = await signed_in(Role.VIEWER)
    cookie = next(one for one in person.page.headers.get_list("set-cookie") if "session" in one)
    assert cookie.startswith(f"__Host-session={OURS}.")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {
        "path=/", "secure", "httponly", "samesite=lax",
    }  # fmt: skip
    assert "viewer of acme" in (await person.get("/account")).text
    assert (await visitor.get("/account")).status_code == 303


async def test_who_has_no_account_hears_the_same_after_the_same_work(
    office: Office, visitor: Visitor, signed_in: SignedIn
) -> None:
    await signed_in(Role.ADMIN)
    seen = []
    for email in (ADMIN, "nobody@acme.example.org", "not an address"):
        with metering.metered() as meter:
            answer = await visitor.sign_in(email, "wrong")
        seen.append((answer.status_code, visitor.says, meter))
    assert seen[0][0] == 403
    assert seen[0][1:] == seen[1][1:] == seen[2][1:]


async def test_tries_are_counted_for_accounts_that_exist_and_others_alike(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    await signed_in(Role.ADMIN)
    for email in (ADMIN, "nobody@acme.example.org"):
        person = Visitor(office.runtime)
        statuses = [(await person.sign_in(email, "wrong")).status_code for _ in range(12)]
        most = MOST_TRIES[Counted.ACCOUNT]
        assert statuses == [403] * most + [429] * (12 - most)
        await person.close()
    person = Visitor(office.runtime)
    assert (await person.sign_in(ADMIN, PASSWORD)).status_code == 429
    clock.at += STRETCH
    assert (await person.sign_in(ADMIN, PASSWORD)).status_code == 303
    await person.close()


async def test_an_address_that_tries_many_accounts_is_stopped(office: Office, signed_in: SignedIn) -> None:
    await signed_in(Role.ADMIN)
    most = MOST_TRIES[Counted.ADDRESS]
    busy = Visitor(office.runtime, "203.0.113.9")
    counted = throttle_id(Counted.ADDRESS, "203.0.113.9")
    for _ in range(most - 1):  # as so many tries do, each for another account
        await office.stores.throttles.count(counted, office.runtime.now())
    assert (await busy.sign_in("nobody@acme.example.org", "wrong")).status_code == 403
    assert (await busy.sign_in(ADMIN, PASSWORD)).status_code == 429
    await busy.close()
    elsewhere = Visitor(office.runtime, "203.0.113.8")
    assert (await elsewhere.sign_in(ADMIN, PASSWORD)).status_code == 303
    await elsewhere.close()


async def test_a_session_ends_when_idle_and_after_a_day(signed_in: SignedIn, clock: Clock) -> None:
    person = await signed_in(Role.VIEWER)
    began = clock.at
    while clock.at < began + LONGEST - IDLE / 2:
        clock.at += IDLE / 2
        if clock.at < began + LONGEST:
            assert (await person.get("/account")).status_code == 200, clock.at
    clock.at = began + LONGEST
    assert (await person.get("/account")).status_code == 303
    person = await signed_in(Role.VIEWER)
    clock.at += IDLE
    assert (await person.get("/account")).status_code == 303


async def test_signing_out_ends_this_session_or_all(signed_in: SignedIn, clock: Clock) -> None:
    one, other = await signed_in(Role.VIEWER), await signed_in(Role.VIEWER)
    kept = dict(one.http.cookies)
    await one.post("/sign-out", seen="/account")
    one.http.cookies.update(kept)  # the token is worth nothing any more
    assert (await one.get("/account")).status_code == 303
    third = await signed_in(Role.VIEWER)
    clock.at += timedelta(seconds=1)
    await third.post("/account/sign-out-everywhere", seen="/account")
    assert (await other.get("/account")).status_code == 303
    assert (await third.get("/account")).status_code == 303


async def test_the_audit_log_says_who_signed_in_and_out_and_who_was_refused(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    admin = await signed_in(Role.ADMIN)
    clock.at += timedelta(seconds=1)
    stranger = Visitor(office.runtime, "203.0.113.66")
    assert (await stranger.sign_in(ADMIN, "wrong")).status_code == 403
    assert (await stranger.sign_in("nobody@acme.example.org", "wrong")).status_code == 403
    await stranger.close()
    viewer = await signed_in(Role.VIEWER)
    for path in ("/sign-out", "/account/sign-out-everywhere"):
        clock.at += timedelta(seconds=1)
        viewer = await signed_in(Role.VIEWER)
        clock.at += timedelta(seconds=1)
        await viewer.post(path, seen="/account")
    answer = await office.get("/v1/audit-records?noun=sign-in&limit=20")
    told = [
        (one["by_name"], one["came_from"], one["items"][0]["name"], one["items"][0]["action"])
        for one in answer.json()["items"]
    ]
    of_viewer = ("viewer of acme", "203.0.113.7", f"{Role.VIEWER}@{OURS}.example.org")
    of_admin = ("admin of acme", "203.0.113.7", ADMIN)
    assert told == [
        (*of_viewer, "ended"), (*of_viewer, "begun"), (*of_viewer, "ended"), (*of_viewer, "begun"),
        (*of_viewer, "begun"), ("admin of acme", "203.0.113.66", ADMIN, "refused"), (*of_admin, "begun"),
    ]  # fmt: skip
    assert (await office.get("/v1/audit-records?noun=sign-in", company_id=THEIRS)).json()["items"] == []
    page = await admin.get("/settings/audit?noun=sign-in")
    assert "from 203.0.113.66" in page.text
    lines = (await admin.get("/settings/audit/log.csv?noun=sign-in")).text.splitlines()
    assert [line for line in lines if "203.0.113.66" in line and "refused" in line]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ADDRESS, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_form_of_another_site_is_refused(signed_in: SignedIn, headers: dict[str, str]) -> None:
    person = await signed_in(Role.ADMIN)
    answer = await person.post("/account/sign-out-everywhere", seen="/account", headers=headers)
    assert answer.status_code == 403
    assert (await person.get("/account")).status_code == 200


async def test_a_form_needs_its_sessions_token(signed_in: SignedIn) -> None:
    person, other = await signed_in(Role.ADMIN), await signed_in(Role.ADMIN)
    await other.get("/account")
    for token in ("", "x", other.page.text.partition('name="csrf" value="')[2][:64]):
        answer = await person.post("/account/sign-out-everywhere", {"csrf": token}, seen="/account")
        assert answer.status_code == 403
    assert (await person.get("/account")).status_code == 200


@pytest.mark.parametrize(
    ("asked", "comes"),
    [
        ("/contacts?tag=vip&q=a%20%26b", "/contacts?tag=vip&q=a%20%26b"),
        ("/contacts", "/contacts"),
        (f"/contacts?q={'x' * 1_001}", "/contacts"),
        ("/?next=//x.example", "/?next=//x.example"),
    ],
)
async def test_signing_in_leads_to_what_was_looked_for(
    signed_in: SignedIn, visitor: Visitor, asked: str, comes: str
) -> None:
    await signed_in(Role.ADMIN)
    sent = await visitor.get(asked)
    assert sent.headers["location"].startswith("/sign-in?next=/")
    page = await visitor.get(sent.headers["location"])
    found = re.search(r'name="next" value="([^"]*)"', page.text)
    assert found
    answer = await visitor.sign_in(ADMIN, PASSWORD, html.unescape(found[1]))
    assert answer.headers["location"] == comes


@pytest.mark.parametrize("wanted", ["https://x.example", "//x.example", "/\\x.example", "javascript:1"])
async def test_signing_in_leads_to_our_own_pages_only(
    signed_in: SignedIn, visitor: Visitor, wanted: str
) -> None:
    await signed_in(Role.ADMIN)
    answer = await visitor.sign_in(ADMIN, PASSWORD, wanted)
    assert answer.headers["location"] == "/"


async def test_an_invitation_is_followed_once(office: Office, visitor: Visitor, clock: Clock) -> None:
    given = ("new@acme.example.org", "New Person At Desk", Role.EDITOR)
    _, token = await invite_user(office.runtime, OURS, *given, by="a test")
    path = f"/invitation/{token.text}"
    for easy in ("easy", "new person at desk"):
        assert (await visitor.post(path, {"password": easy, "again": easy}, seen=path)).status_code == 422
    fields = {"password": PASSWORD, "again": "another one here"}
    assert "differ" in (await visitor.post(path, fields, seen=path)).text
    fields = {"password": PASSWORD, "again": PASSWORD}
    assert (await visitor.post(path, fields, seen=path)).status_code == 303
    assert "New Person At Desk" in (await visitor.get("/account")).text
    assert (await visitor.get(path)).status_code == 404
    _, token = await invite_user(office.runtime, OURS, "late@acme.example.org", "Late", Role.EDITOR, by="a")
    clock.at += timedelta(days=7)
    assert (await visitor.get(f"/invitation/{token.text}")).status_code == 404


async def test_tries_at_ones_own_password_are_counted_too(
    office: Office, signed_in: SignedIn, clock: Clock
) -> None:
    person, most = await signed_in(Role.ADMIN), MOST_TRIES[Counted.OWN_ACCOUNT]
    wrong = {"current": "wrong", "password": "seven green kettles", "again": "seven green kettles"}
    said = []
    for number in range(most + 1):
        path = "/account/password" if number % 2 else "/account/second-factor"
        assert (await person.post(path, wrong, seen=path.replace("/password", ""))).status_code == 422
        said.append(person.says)
    assert all("is not your password" in one for one in said[:most])
    assert "wrong too often" in said[most]
    right = wrong | {"current": PASSWORD}
    assert (await person.post("/account/password", right, seen="/account")).status_code == 422
    clock.at += STRETCH
    assert (await person.post("/account/password", right, seen="/account")).status_code == 303


async def test_an_address_is_one_account(office: Office, visitor: Visitor, signed_in: SignedIn) -> None:
    await signed_in(Role.ADMIN)
    with pytest.raises(AddressTaken):
        await invite_user(office.runtime, OURS, ADMIN.upper(), "Again", Role.VIEWER, by="a test")
    # Another company is not told; who follows the link is.
    _, token = await invite_user(office.runtime, THEIRS, ADMIN, "There", Role.VIEWER, by="a test")
    path, fields = f"/invitation/{token.text}", {"password": PASSWORD, "again": PASSWORD}
    assert "account already" in (await visitor.post(path, fields, seen=path)).text
    with pytest.raises(AddressTaken):
        await create_user(office.runtime, THEIRS, ADMIN, "There", Role.VIEWER, PASSWORD)


async def test_a_link_to_reset_ends_those_before_of_the_same_person(
    office: Office, signed_in: SignedIn, visitor: Visitor
) -> None:
    """Only theirs: one to join, and another person's link, hold as before."""
    admin = await signed_in(Role.ADMIN)
    await signed_in(Role.VIEWER)
    viewer = await office.stores.logins.find(f"{Role.VIEWER}@{OURS}.example.org")
    known = await office.stores.logins.find(ADMIN)
    assert viewer is not None
    assert known is not None
    _, joining = await invite_user(
        office.runtime, OURS, "new@acme.example.org", "New", Role.VIEWER, by="a test"
    )
    _, others = await invite_to_reset(office.runtime, OURS, known.user_id, by="a test")
    links, path = [], f"/settings/users/{viewer.user_id}"
    for _ in range(3):
        page = await admin.post(f"{path}/reset", seen=path)
        links += re.findall(r"/invitation/[\w.-]+", page.text)
    assert len(links) == 3
    codes = [(await visitor.get(one)).status_code for one in links]
    assert codes == [404, 404, 200]
    fields = {"password": "seven green kettles", "again": "seven green kettles"}
    await visitor.post(links[0], fields)
    assert visitor.page.status_code == 404
    for token in (joining, others):
        assert (await visitor.get(f"/invitation/{token.text}")).status_code == 200
    assert (await visitor.post(links[2], fields, seen=links[2])).status_code == 303


async def test_a_new_password_ends_all_sessions(office: Office, signed_in: SignedIn, clock: Clock) -> None:
    person = await signed_in(Role.ADMIN)
    login = await office.stores.logins.find(ADMIN)
    assert login is not None
    _, token = await invite_to_reset(office.runtime, OURS, login.user_id, by="a test")
    clock.at += timedelta(seconds=1)
    other, new = Visitor(office.runtime), "seven green kettles"
    path = f"/invitation/{token.text}"
    assert (await other.post(path, {"password": new, "again": new}, seen=path)).status_code == 303
    assert (await other.get("/account")).status_code == 200
    assert (await person.get("/account")).status_code == 303
    assert (await person.sign_in(ADMIN, PASSWORD)).status_code == 403
    assert (await person.sign_in(ADMIN, new)).status_code == 303
    await other.close()


async def test_who_may_not_sign_in_any_more_is_out_at_once(office: Office, signed_in: SignedIn) -> None:
    admin, viewer = await signed_in(Role.ADMIN), await signed_in(Role.VIEWER)
    login = await office.stores.logins.find(f"{Role.VIEWER}@{OURS}.example.org")
    assert login is not None
    path = f"/settings/users/{login.user_id}"
    await admin.post(path, {"role": "viewer"}, seen=path)
    assert (await viewer.get("/account")).status_code == 303
    assert (await viewer.sign_in(f"{Role.VIEWER}@{OURS}.example.org", PASSWORD)).status_code == 403


@pytest.mark.parametrize("password", ["short", "admin of acme", "password1234", "x" * 129])
async def test_easy_passwords_are_refused(office: Office, password: str) -> None:
    with pytest.raises(InvalidInput, match="password"):
        await create_user(office.runtime, OURS, "a@acme.example.org", "Admin of Acme", Role.ADMIN, password)
