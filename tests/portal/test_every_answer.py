"""What holds for every route there is: whose forms are taken, and what every answer says to browsers."""

import re

from shared.domain.companies.user import Role
from tests.kit.api.office import Office
from tests.kit.portal.visitor import ADDRESS, HEADERS, Visitor
from tests.portal.conftest import SignedIn
from tests.portal.test_roles import ENDS_THE_SESSION, FIELDS, ROWS, _filled, _stored

POSTS = [path for method, path in ROWS if method == "POST"]
PAGES = [path for method, path in ROWS if method == "GET" and path != "/health"]
ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Origin": "https://elsewhere.example"},
    {"Origin": ADDRESS, "Sec-Fetch-Site": "cross-site"},
    {},
)
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)


async def _refuses(person: Visitor, path: str, other: str) -> None:
    """The form is refused from elsewhere with its token, and from here without it or with another's."""
    for headers in ELSEWHERE:
        answer = await person.post(_filled(path), FIELDS, seen="/sign-in", headers=headers)
        assert answer.status_code == 403, (path, headers)
    for token in ("", other):
        answer = await person.post(_filled(path), FIELDS | {"csrf": token}, headers=HEADERS)
        assert answer.status_code == 403, (path, token)


async def test_no_form_is_taken_from_elsewhere_nor_without_its_sessions_token(
    office: Office, signed_in: SignedIn, visitor: Visitor
) -> None:
    person, other = await signed_in(Role.ADMIN), await signed_in(Role.ADMIN)
    found = re.search(r'name="csrf" value="([^"]+)"', (await other.get("/account")).text)
    assert found
    before = await _stored(office)
    for path in POSTS:
        await _refuses(person, path, found[1])
    for path in [path for path in POSTS if ROWS["POST", path] is None]:
        await _refuses(visitor, path, found[1])
    assert await _stored(office) == before
    assert (await person.get("/account")).status_code == 200  # nothing of it ended the session
    assert {path for _, path in ENDS_THE_SESSION} <= set(POSTS)


async def test_every_answer_is_kept_nowhere_and_shown_in_no_frame_and_runs_nothing_of_others(
    office: Office, signed_in: SignedIn, visitor: Visitor
) -> None:
    admin = await signed_in(Role.ADMIN)
    before = await _unasked(office)
    for person in (admin, visitor):
        for path in PAGES:
            page = await person.get(_filled(path))
            said = page.headers
            assert said.get_list("content-security-policy") == [said["content-security-policy"]], path
            assert [one for one in _POLICY if one not in said["content-security-policy"]] == [], path
            assert "unsafe" not in said["content-security-policy"], path
            assert said["cache-control"] == "no-store", path
            assert said["x-content-type-options"] == "nosniff", path
            assert said["referrer-policy"] == "same-origin", path
            for cookie in said.get_list("set-cookie"):
                assert cookie.startswith("__Host-"), path
                assert {"secure", "httponly", "path=/"} <= set(cookie.lower().split("; ")), path
            assert not re.search(r"<style|\sstyle=|<script>|\son\w+=|javascript:", page.text), path
            assert set(re.findall(r'(?:src|href|action)="(https?:[^"]*)"', page.text)) == set(), path
    assert await _unasked(office) == before  # looking changes nothing


async def _unasked(office: Office) -> dict[str, object]:
    """What is stored, but for questions what a change would do."""
    stored = await _stored(office)
    return {key: one for key, one in stored.items() if not key.startswith("plan_effects/")}
