"""No page asks Firestore once for each of its items: every page, with few and with many of everything."""

import inspect
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from functions.portal.kit.app import PARTS, routes_of
from functions.portal.kit.pages import PageRoute
from shared.domain.campaigns.audience import FileAudience
from shared.domain.companies.api_key import Scope
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.fires.fire import Fire
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.usecases.contacts.change_contacts import change_contacts
from tests.bench.filled_company import always, named_collections
from tests.bench.pages import BESIDE
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON, a_content, a_template, an_sms_sender
from tests.kit.counted_questions import count_questions
from tests.kit.portal.page_addresses import NO_PAGES, NOUNS, filled, page_paths
from tests.kit.portal.pressed_pages import PRESSED, see_form
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn

OWN = ("/sign-out", "/account/")  # forms about oneself, which change something
FEW, MANY = 3, 24  # a page shows 25, and a query of Firestore takes 30 values
IDS = {f"{noun}_id": f"{noun}-{OURS}" for noun in NOUNS} | {"number": "2", "place": "0"}
# The office's file has no rows: these pages are about one row, and about what Cloud Storage has of the file.
NOT_THERE = ("/files/{file_id}/rows/{number:int}", "/files/{file_id}/rejected")


async def test_no_page_asks_once_for_each_item(office: Office, signed_in: SignedIn) -> None:
    person, stores = await signed_in(Role.ADMIN), office.stores
    campaign = await stores.campaigns.get(OURS, IDS["campaign_id"])
    audience = FileAudience(source_id=IDS["source_id"], file_id=IDS["file_id"])
    await stores.campaigns.save(OURS, campaign.id, replace(campaign, audience=audience))
    await stores.templates.save(OURS, "reminder", a_template())
    await stores.senders.save(OURS, "texts", an_sms_sender())
    await _freeze(office)
    test = replace(await stores.messages.get(OURS, IDS["message_id"]), id="test", campaign_id=TEST_CAMPAIGN)
    await stores.messages.save(OURS, test.id, test)
    await _add(office, range(FEW))
    asked = count_questions(stores.db)
    few = await _requests(person, asked)
    await _add(office, range(FEW, MANY))
    many = await _requests(person, asked)
    grown = {path: (few[path], many[path]) for path in few if many[path] > few[path]}
    assert grown == {}


def test_every_page_is_looked_at() -> None:
    """Those that are only shown by a form too: what nobody needs to write for, and what a change would do."""
    routes = [route for part in PARTS for route in routes_of(part) if isinstance(route, PageRoute)]
    pages = {one.path for one in routes if one.page_method == "GET"}
    assert pages == {*page_paths(), *NO_PAGES}
    shown = {
        one.path
        for one in routes
        if one.page_method == "POST"
        and (
            (one.page_scope is Scope.READ and not one.path.startswith(OWN))
            or any(asks in inspect.getsource(one.shows) for asks in ("if asks(visit)", "def ask_"))
        )
    }
    assert shown == PRESSED.keys()


async def _freeze(office: Office) -> None:
    """What the fire sent is kept, as for whoever sends it again."""
    fire = await office.stores.fires.get(OURS, IDS["fire_id"])
    campaign = await office.stores.campaigns.get(OURS, IDS["campaign_id"])
    content = a_content(content_hash=fire.content_hash, campaign=campaign)
    await office.stores.campaign_contents.keep(OURS, fire.campaign_id, content)


async def _requests(person: Visitor, asked: Counter[str]) -> dict[str, int]:
    """How many requests each page makes, once it is warm."""
    found = {}
    for path in (*page_paths(), *BESIDE):
        address = filled(
            path.replace("test/{message_id}", "test/test"),
            IDS | {"step_id": "one" if path.startswith("/sequences/") else "greet"},
        )
        await person.get(address)
        before = asked.total()
        answer = await person.get(address)
        assert answer.status_code == (404 if path in NOT_THERE else 200), (path, person.says)
        found[path] = asked.total() - before
    return found | await _pressed(person, asked)


async def _pressed(person: Visitor, asked: Counter[str]) -> dict[str, int]:
    """The same of what forms show. The office has no campaign whose text could be measured."""
    found = {}
    for path in PRESSED.keys() - {"/templates/measure"}:
        whose = IDS | {"step_id": "one"}
        fields = await see_form(person, path, whose)
        await person.post(filled(path, whose), fields)
        before = asked.total()
        answer = await person.post(filled(path, whose), fields)
        assert answer.status_code == 200, (path, person.says)
        found[f"POST {path}"] = asked.total() - before
    return found


async def _add(office: Office, numbers: Iterable[int]) -> None:
    """More of everything. Half of them belong to what the pages are about, half are each about others."""
    stores, numbers = office.stores, list(numbers)
    named = (
        *named_collections(office.runtime).items(),
        *(("message", stores.messages), ("failure", stores.failures), ("reply", stores.replies)),
        *(
            ("fire", stores.fires),
            ("enrollment", stores.enrollments),
            ("version", stores.automation_versions),
        ),
        *(("enrollment", stores.automation_enrollments), ("field", stores.contact_fields)),
    )
    for name, collection in named:
        one: Any = await collection.get(OURS, f"{name}-{OURS}")
        for number in numbers:
            made = _another(one, f"{name}-{number}", number)
            await collection.save(OURS, made.id, made)
    contact = (await stores.contact_shards.contacts(OURS, [f"contact-{OURS}"]))[f"contact-{OURS}"]
    contacts = [
        replace(contact, id=f"contact-{n}", key=f"P-{n}", version=0, list_ids=(f"list-{n}",), addresses=())
        for n in numbers
    ]
    made_by = Author(ChangedBy.SYSTEM, "a test")
    await change_contacts(office.runtime, OURS, {one.id: always(one) for one in contacts}, made_by)


def _another(record: Any, item_id: str, number: int) -> Any:
    """The record under another id; every other one is about things that no record but it is about."""
    changes: dict[str, Any] = {"id": item_id}
    if number % 2:
        about = (f"{noun}_id" for noun in NOUNS)
        changes |= {name: f"{name[:-3]}-{number}" for name in about if getattr(record, name, None)}
    if isinstance(record, Reply):
        changes["waits"] = True
    if isinstance(record, Fire):
        changes |= {"is_closed": True, "slot": str(number), "fired_at": NOON - timedelta(minutes=number)}
    return replace(record, **changes)
