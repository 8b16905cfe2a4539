"""Every list: newest first, exact while new items come in, of a range of time, and by each of its filters."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from functions.api.kit.app import build_app
from infra.ops.__main__ import ops_parser
from shared.domain.channels.channel import Channel
from shared.domain.fires.person import forgotten_failure, forgotten_message
from shared.firestore.queries.lists import MESSAGES
from shared.usecases.contacts.save_opt_out import save_opt_out
from tests.api.test_authentication import an_unused_runtime
from tests.kit.api.listed import LISTS, ApiList
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import NOON, a_message

each_list = pytest.mark.parametrize("listed", LISTS, ids=lambda listed: str(listed.store))
# After everything that the office has by itself.
LATER = NOON + timedelta(days=400)


async def _store(office: Office, listed: ApiList, *items: Any, company_id: str = OURS) -> None:
    for item in items:
        await listed.collection(office.stores).save(company_id, item.id, item)


async def _pages(office: Office, path: str, **query: str) -> AsyncIterator[list[str]]:
    """The ids of the items, page by page."""
    cursor: str | None = None
    while True:
        given = query if cursor is None else {**query, "cursor": cursor}
        response = await office.get(path, params=given)
        assert response.status_code == 200, response.text
        yield [item["id"] for item in response.json()["items"]]
        if (cursor := response.json()["next_cursor"]) is None:
            return


async def _all(office: Office, path: str, **query: str) -> list[str]:
    return [item_id async for page in _pages(office, path, **query) for item_id in page]


def test_every_list_of_the_api_is_tried_here_with_all_its_filters() -> None:
    document = build_app(an_unused_runtime()).openapi()
    found = {}
    for path, operations in document["paths"].items():
        names = {item["name"] for item in operations.get("get", {}).get("parameters", ())}
        if "cursor" in names and "{" not in path and path != "/v1/contacts":  # tried in test_contacts.py
            assert {"limit", "since", "until"} <= names, path
            found[path] = names - {"cursor", "limit", "since", "until"}
    tried = {listed.path: set(listed.filters) for listed in LISTS}
    tried["/v1/opt-outs"].add("address")  # found by its id: tried below with what people say
    tried["/v1/scheduled-emails"].add("order")  # tried in test_sequences.py
    assert found == tried


@each_list
async def test_the_newest_come_first_each_once_while_others_come_in(office: Office, listed: ApiList) -> None:
    """Ids decide between equal times. What comes in after the first page stands before it."""
    ages = {"b": 0, "e": 1, "a": 1, "d": 1, "c": 2, "g": 3, "f": 4}
    items = {name: listed.item(name, LATER - timedelta(microseconds=age)) for name, age in ages.items()}
    await _store(office, listed, *items.values())
    found = []
    async for page in _pages(office, listed.path, limit="2", since=_text(LATER - timedelta(hours=1))):
        found += page
        newer = listed.item(f"n{len(found)}", LATER + timedelta(seconds=len(found)))
        await _store(office, listed, newer)
    assert found == ["b", "e", "d", "a", "c", "g", "f"]
    assert (await _all(office, listed.path))[:3] == ["n7", "n6", "n4"]


@each_list
async def test_a_range_holds_its_start_and_not_its_end(office: Office, listed: ApiList) -> None:
    moments = [LATER + timedelta(hours=n) for n in range(4)]
    await _store(office, listed, *(listed.item(f"i{n}", at) for n, at in enumerate(moments)))
    query = {"since": _text(moments[1]), "until": _text(moments[3])}
    assert await _all(office, listed.path, **query) == ["i2", "i1"]
    assert await _all(office, listed.path, limit="1", **query) == ["i2", "i1"]
    west = moments[2].isoformat().replace("+00:00", "-00:00")
    assert await _all(office, listed.path, since=west) == ["i3", "i2"]
    for wrong in ({"since": query["until"], "until": query["since"]}, {"until": "2026-11-30T09:00"}):
        assert_problem(await office.get(listed.path, params=wrong), 422, "until")


@each_list
async def test_each_filter_alone_and_all_together(office: Office, listed: ApiList) -> None:
    """Beside the item that is looked for stands one for each filter that differs in that alone."""
    wanted = listed.item("wanted", LATER)
    others = {
        name: listed.item(f"other-{name}", LATER + timedelta(seconds=1), **changes)
        for name, (_, changes) in listed.filters.items()
    }
    await _store(office, listed, wanted, *others.values())
    await _store(office, listed, wanted, *others.values(), company_id=THEIRS)
    values = {name: value for name, (value, _) in listed.filters.items()}
    since = {"since": _text(LATER)}
    assert await _all(office, listed.path, **since, **values) == ["wanted"]
    for name, value in values.items():
        found = await _all(office, listed.path, **since, **{name: value})
        assert "wanted" in found
        assert f"other-{name}" not in found
        without = {key: other for key, other in values.items() if key != name}
        found = await _all(office, listed.path, **since, **without)
        assert set(found) == {"wanted", f"other-{name}"}, name


def _text(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))


SPELLINGS = ("+12125550187", "(212) 555-0187", "212.555.0187", "1-212-555-0187", "\u200e+1 212 555 0187")


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_number_is_found_in_any_spelling(office: Office, spelling: str) -> None:
    await save_opt_out(office.runtime, OURS, Channel("sms"), "212-555-0187")
    for listed in LISTS:
        if listed.store in ("messages", "failures", "replies"):
            await _store(office, listed, listed.item("wanted", LATER))
            found = await _all(office, listed.path, address=spelling, since=_text(LATER))
            assert found == ["wanted"], listed.path
    response = await office.get("/v1/opt-outs", params={"address": spelling, "channel": "sms"})
    assert [item["address"] for item in response.json()["items"]] == ["+12125550187"]


@pytest.mark.parametrize(
    "spelling", ["Ana.Lopez@Example.com", "ana.lopez@example.com", " ANA.LOPEZ@EXAMPLE.COM "]
)
async def test_a_mailbox_is_found_in_any_case(office: Office, spelling: str) -> None:
    email = Channel("email")
    await save_opt_out(office.runtime, OURS, email, "Ana.Lopez@example.com")
    at = {"channel": email, "address": "Ana.Lopez@example.com"}
    for listed in LISTS:
        if listed.store in ("messages", "replies"):
            await _store(office, listed, listed.item("wanted", LATER, **at))
        elif listed.store == "failures":
            values = {"email": "Ana.Lopez@Example.com", "phone": "n/a"}
            await _store(office, listed, listed.item("wanted", LATER, values=values))
        else:
            continue
        assert await _all(office, listed.path, address=spelling, since=_text(LATER)) == ["wanted"]
    found = (await office.get("/v1/opt-outs", params={"address": spelling})).json()["items"]
    assert [item["address"] for item in found] == ["Ana.Lopez@example.com"]


async def test_what_is_no_address_is_a_wrong_filter(office: Office) -> None:
    for path in ("messages", "failures", "replies", "opt-outs", "senders"):
        assert_problem(await office.get(f"/v1/{path}?address=n/a"), 422, "address")


async def test_a_person_who_was_forgotten_is_found_no_more(office: Office) -> None:
    messages, failures = (one for one in LISTS if one.store in ("messages", "failures"))
    message, failure = messages.item("m", LATER), failures.item("f", LATER)
    await _store(office, messages, message)
    await _store(office, failures, failure)
    forgotten = forgotten_message(message)
    assert forgotten is not None
    await _store(office, messages, forgotten)
    await _store(office, failures, forgotten_failure(failure))
    for listed in (messages, failures):
        assert await _all(office, listed.path, address="+12125550187", since=_text(LATER)) == []
    stored = await office.stores.messages.ref(OURS, "m").get()
    assert (stored.to_dict() or {})["address_key"] == ""


async def test_documents_of_an_older_version_are_found_too(office: Office) -> None:
    """Messages by their address at once; by what is stored beside them once ops has renewed that."""
    for listed in LISTS:
        item = listed.item("old", LATER)
        await _store(office, listed, item)
        ref = listed.collection(office.stores).ref(OURS, "old")
        older = {
            name: value
            for name, value in ((await ref.get()).to_dict() or {}).items()
            if name not in ("address_key", "addresses", "file_ids", "is_read", "is_revoked")
        }
        await ref.set(older)
    for path in ("/v1/messages", "/v1/replies"):
        assert await _all(office, path, address="(212) 555-0187", since=_text(LATER)) == ["old"]
    args = ops_parser().parse_args(["apply-retention"])
    await args.run(office.runtime, args)
    for listed in LISTS:
        values = {name: value for name, (value, _) in listed.filters.items()}
        assert await _all(office, listed.path, since=_text(LATER), **values) == ["old"]


async def test_senders_of_an_older_version_are_the_oldest(office: Office) -> None:
    [senders] = [one for one in LISTS if one.store == "senders"]
    await _store(office, senders, senders.item("new", NOON))
    assert await _all(office, "/v1/senders") == ["new", "sender-acme"]
    assert await _all(office, "/v1/senders", limit="1") == ["new", "sender-acme"]
    assert (await office.get("/v1/senders/sender-acme")).json()["created_at"] is None


async def test_a_cursor_of_the_order_before_is_refused(office: Office) -> None:
    """It was the last item's id, and its signature held for the same company, list and filters."""
    facts = json.dumps([OURS, "list_messages", {}, "m1"], sort_keys=True).encode()
    key = office.runtime.settings.signing_key.encode()
    signature = hmac.new(key, facts, hashlib.sha256).hexdigest()[:32]
    shown = base64.urlsafe_b64encode(b"m1").decode().rstrip("=")
    problem = assert_problem(await office.get(f"/v1/messages?cursor={shown}.{signature}"), 422, "cursor")
    assert "begin with the first page" in problem["detail"]


async def test_a_cursor_holds_for_its_range_alone(office: Office) -> None:
    [messages] = [one for one in LISTS if one.store == "messages"]
    await _store(office, messages, *(messages.item(f"m{n}", LATER) for n in range(3)))
    query = {"since": _text(LATER), "limit": "1"}
    cursor = (await office.get("/v1/messages", params=query)).json()["next_cursor"]
    query["cursor"] = cursor
    assert (await office.get("/v1/messages", params=query)).status_code == 200
    query["since"] = _text(NOON)
    assert_problem(await office.get("/v1/messages", params=query), 422, "cursor")


async def test_a_filter_that_has_no_index_is_not_answered_by_looking_at_everything(office: Office) -> None:
    from shared.firestore.kit.query import Match

    messages = office.stores.messages
    with pytest.raises(LookupError, match="declares no filter by body"):
        await messages.newest(OURS, MESSAGES, limit=1, matches=((Match("body", "Hello"),),))
    assert_problem(await office.get("/v1/messages?body=Hello"), 422, "body")


async def test_what_became_of_an_item_leaves_it_at_its_place(office: Office) -> None:
    """A message that is sent in the midst of paging is neither passed over nor shown twice."""
    for number in range(4):
        item = a_message(id=f"m{number}", created_at=LATER - timedelta(seconds=number))
        await office.stores.messages.save(OURS, item.id, item)
    found: list[str] = []
    async for page in _pages(office, "/v1/messages", limit="1", since=_text(LATER - timedelta(hours=1))):
        found += page
        sent = a_message(id=page[0], created_at=LATER - timedelta(seconds=len(found) - 1), sent_at=LATER)
        await office.stores.messages.save(OURS, sent.id, sent)
    assert found == ["m0", "m1", "m2", "m3"]
