"""Notices: newest first, page by page, and read once."""

from datetime import timedelta

from shared.domain.companies.api_key import Scope
from shared.domain.fires.notice import Notice, NoticeKind
from tests.kit.api.office import THEIRS, Office, assert_problem
from tests.kit.builders import NOON


async def store(office: Office, count: int) -> list[str]:
    """So many notices, one a minute; their ids from the newest."""
    for number in range(count):
        item = Notice(
            id=f"n{number * 7 % count}",  # ids say nothing of the order
            kind=NoticeKind.SENDER_PAUSED,
            text=f"The sender is paused, {number}.",
            created_at=NOON + timedelta(minutes=number),
            sender_id="texts",
        )
        await office.stores.notices.save("acme", item.id, item)
    return [f"n{number * 7 % count}" for number in reversed(range(count))]


async def test_notices_come_newest_first_in_pages_that_hold_each_once(office: Office) -> None:
    expected = await store(office, 5)
    found, cursor = [], ""
    while True:
        page = (await office.get(f"/v1/notices?limit=2{cursor}")).json()
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == expected
    assert (await office.get("/v1/notices", company_id=THEIRS)).json()["items"] == []
    assert_problem(await office.get("/v1/notices?cursor=x"), 422, "cursor")


async def test_a_notice_is_read_once(office: Office) -> None:
    [item_id] = await store(office, 1)
    assert (await office.get(f"/v1/notices/{item_id}")).json()["read_at"] is None
    first = (await office.post(f"/v1/notices/{item_id}/read")).json()
    assert first["read_at"]
    assert (await office.post(f"/v1/notices/{item_id}/read")).json() == first
    assert (await office.get(f"/v1/notices/{item_id}")).json() == first
    assert_problem(await office.post(f"/v1/notices/{item_id}/read", company_id=THEIRS), 404)
    reader = await office.key(Scope.READ)
    assert_problem(await office.post(f"/v1/notices/{item_id}/read", key=reader), 403)
