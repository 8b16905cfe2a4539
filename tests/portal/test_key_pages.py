"""API keys in the portal: made, shown once, rotated, revoked, and when they were last used."""

import re
from datetime import timedelta

from shared.domain.companies.api_key import Scope
from shared.domain.companies.user import Role
from tests.kit.api.office import Office
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

HERE = "/settings/api-keys"


def _text(page: str) -> str:
    found = re.search(r'value="(rk_[^"]+)"', page)
    assert found is not None
    return found[1]


async def test_a_key_is_shown_once_works_says_when_it_was_used_and_is_rotated(
    office: Office, signed_in: SignedIn
) -> None:
    admin = await signed_in(Role.ADMIN)
    page = await admin.post(HERE, {"name": "Till", "scopes": "read", "days": "30"}, seen=HERE)
    text = _text(page.text)
    key_id = text.split("_")[2]
    assert "Last used never" in await _says(admin, f"{HERE}/{key_id}")
    assert text not in admin.page.text
    assert (await office.get("/v1/company", key=text)).status_code == 200
    assert (await office.post("/v1/files", {}, key=text)).status_code == 403
    assert "Last used never" not in await _says(admin, f"{HERE}/{key_id}")

    rotated = await admin.post(f"{HERE}/{key_id}/rotate", {"hours": "2"})
    new = _text(rotated.text)
    assert new != text
    keys = office.stores.api_keys
    old, made = await keys.get("acme", key_id), await keys.get("acme", new.split("_")[2])
    assert made.scopes == (Scope.READ,)
    assert made.expires_at is not None
    assert old.expires_at is not None
    assert abs(made.expires_at - made.created_at - timedelta(days=30)) < timedelta(seconds=1)
    assert abs(old.expires_at - made.created_at - timedelta(hours=2)) < timedelta(seconds=1)
    for works in (text, new):
        assert (await office.get("/v1/company", key=works)).status_code == 200
    await admin.post(f"{HERE}/{key_id}/rotate", {"hours": "2"}, seen=HERE)
    assert "rotated already" in await _says(admin, f"{HERE}/{key_id}")

    await admin.post(f"{HERE}/{key_id}/revoke", seen=f"{HERE}/{key_id}")
    assert (await office.get("/v1/company", key=text)).status_code == 401
    assert "revoked" in await _says(admin, HERE)


async def test_what_is_wrong_is_said_and_nothing_is_made(office: Office, signed_in: SignedIn) -> None:
    admin = await signed_in(Role.ADMIN)
    before = len((await office.get("/v1/api-keys")).json()["items"])
    page = await admin.post(HERE, {"name": "", "days": "soon"}, seen=HERE)
    assert page.status_code == 422
    assert "Name: is needed" in admin.says
    assert "Days: must be a whole number" in admin.says
    page = await admin.post(HERE, {"name": "X"}, seen=HERE)
    assert "Scopes: give at least one" in admin.says
    assert len((await office.get("/v1/api-keys")).json()["items"]) == before


async def test_a_rotated_key_has_no_end_where_the_first_had_none(office: Office) -> None:
    made = (await office.post("/v1/api-keys", {"name": "N", "scopes": ["send"]})).json()
    answer = await office.post(f"/v1/api-keys/{made['id']}/rotate", {"overlap_hours": 0})
    assert answer.status_code == 201
    assert answer.json()["expires_at"] is None
    assert answer.json()["scopes"] == ["send"]
    assert (await office.get("/v1/company", key=made["key"])).status_code == 401
    again = await office.post(f"/v1/api-keys/{made['id']}/rotate", {"overlap_hours": 0})
    assert again.status_code == 409


async def _says(admin: Visitor, path: str) -> str:
    await admin.get(path)
    return admin.says


async def test_a_key_knows_the_people_who_had_it_in_their_hands(office: Office, signed_in: SignedIn) -> None:
    """Made in the portal, with a key, or in the place of another; of one by ops nobody knows them."""
    first = await signed_in(Role.ADMIN)
    page = await first.post(HERE, {"name": "Till", "scopes": "admin"}, seen=HERE)
    text = _text(page.text)
    made_with_it = await office.post("/v1/api-keys", {"name": "Job", "scopes": ["send"]}, key=text)
    by_ops = await office.post("/v1/api-keys", {"name": "Job", "scopes": ["send"]})
    assert made_with_it.status_code == by_ops.status_code == 201
    user = await office.stores.logins.find(f"{Role.ADMIN}@acme.example.org")
    assert user is not None
    keys = {name: answer.json()["id"] for name, answer in (("job", made_with_it), ("ops", by_ops))}
    assert await _made_by(office, text.split("_")[2]) == (user.user_id,)
    assert await _made_by(office, keys["job"]) == (user.user_id,)
    assert await _made_by(office, keys["ops"]) == ()

    found = await office.post(f"/v1/api-keys/{keys['job']}/rotate", {"overlap_hours": 1})
    assert await _made_by(office, found.json()["id"]) == (), "who has the key by ops has this one too"
    found = await office.post(f"/v1/api-keys/{keys['ops']}/rotate", {"overlap_hours": 1}, key=text)
    assert await _made_by(office, found.json()["id"]) == (user.user_id,)

    told = {one["id"]: one["made_by"] for one in (await office.get("/v1/api-keys")).json()["items"]}
    maker = {"user_id": user.user_id, "name": "admin of acme", "email": "admin@acme.example.org"}
    assert told[text.split("_")[2]] == told[keys["job"]] == found.json()["made_by"] == [maker]
    assert told[keys["ops"]] == []
    listed = await _says(first, HERE)
    assert "by admin of acme (admin@acme.example.org)" in listed
    assert "by operations, or before this was noted" in listed
    assert "by admin of acme" in await _says(first, f"{HERE}/{keys['job']}")
    assert "by operations" in await _says(first, f"{HERE}/{keys['ops']}")


async def _made_by(office: Office, key_id: str) -> tuple[str, ...]:
    return (await office.stores.api_keys.get("acme", key_id)).made_by
