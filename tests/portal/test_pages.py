"""What holds for every page: headers, weight, escaping, and files that are kept for ever."""

import re
from hashlib import sha256
from typing import Any

import pytest

from functions.portal.kit.statics import FOLDER, static_files
from functions.portal.step_kinds import StepKind
from shared.domain.automations.automation import Definition, packed_definition
from shared.domain.automations.steps import HandOverStep, IfStep, SendStep, TagStep
from shared.domain.automations.trigger import HEARD, Happened
from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.segment import HasTag
from shared.domain.events.event import EventType
from shared.domain.record import replace
from shared.domain.sequences.enrolling import EnrollingState
from shared.domain.sequences.sequence import SequenceStep
from shared.usecases.contacts.change_contacts import change_contacts
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import SignedIn
from tests.portal.test_roles import CLOSED, _filled

# As picocss 2.1.1, htmx.org 4.0.1 and uPlot 1.6.32 have them.
VENDORED = {
    "pico.min.css": "fbc9a63fc9fc9f72d12fd7fc9806e11fa9f77ae4f9cad146b27003a1119ba3db",
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
}
HOSTILE = "<script>alarm('1')</script>\"'><img src=x onerror=alarm(2)>{{ 7 * 7 }}"
HOSTILE_STEPS = (SequenceStep(id="one", position=1, subject=HOSTILE, content=HOSTILE),)
FIRST_PAGE_BYTES = 150_000


def test_what_others_made_is_as_they_made_it() -> None:
    found = {name: sha256((FOLDER / "vendor" / name).read_bytes()).hexdigest() for name in VENDORED}
    assert found == VENDORED
    assert {path.name for path in (FOLDER / "vendor").iterdir()} == {
        *VENDORED, "pico.LICENSE", "htmx.LICENSE", "uPlot.LICENSE",
    }  # fmt: skip


async def test_nothing_inline_and_nothing_of_elsewhere_runs(visitor: Visitor) -> None:
    page = await visitor.get("/sign-in")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|style=|<script>|\son\w+=", page.text)
    assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', page.text)) == set()


async def test_the_first_page_is_light_and_what_it_loads_is_kept(
    visitor: Visitor, signed_in: SignedIn
) -> None:
    for person, path in ((visitor, "/sign-in"), (await signed_in(Role.ADMIN), "/"), (visitor, "/nothing")):
        page = await person.get(path)
        weight = page.num_bytes_downloaded
        files = set(re.findall(r'"(/static/[^"]+)"', page.text))
        assert len(files) >= 5
        for name in files:
            file = await person.get(name)
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]
            weight += file.num_bytes_downloaded  # as it is sent: packed
            assert file.num_bytes_downloaded <= len(file.content)
        assert 10_000 < weight < FIRST_PAGE_BYTES, (path, weight)
    assert all(re.search(r"\.[0-9a-f]{10}\.", name) for name in static_files())
    assert (await visitor.get("/static/../portal.py")).status_code == 404


_HOSTILE_FLOW = Definition(
    triggers=(Happened(event=EventType.TAG_ATTACHED, what=HOSTILE),),
    goals=(Happened(event=EventType.CONTACT_EVENT, what=HOSTILE),),
    steps=(
        HandOverStep(id="greet", text=HOSTILE),
        SendStep(
            id="send", channel=Channel("sms"), template_id=f"template-{OURS}", sender_id=f"sender-{OURS}"
        ),
        IfStep(id="fork", criterion=HasTag(value=HOSTILE), then=(TagStep(id="tag", tag=HOSTILE),)),
    ),
    topic=HOSTILE,
)


async def test_what_people_wrote_is_never_markup(office: Office, signed_in: SignedIn) -> None:
    stores = office.stores
    wanted: tuple[tuple[Any, str, dict[str, Any]], ...] = (
        (stores.files, "file", {"name": HOSTILE, "notes": (HOSTILE,), "refusal": HOSTILE}),
        (stores.sources, "source", {"name": HOSTILE}),
        (stores.templates, "template", {"name": HOSTILE, "body": HOSTILE}),
        (stores.campaigns, "campaign", {"name": HOSTILE, "fire_refusal": HOSTILE}),
        (stores.failures, "failure", {"value": HOSTILE, "reason": HOSTILE, "values": {"name": HOSTILE}}),
        (stores.replies, "reply", {"body": HOSTILE, "note": HOSTILE, "waits": True}),
        (stores.messages, "message", {"body": HOSTILE, "reason": HOSTILE, "contact_id": f"contact-{OURS}"}),
        (stores.contact_lists, "list", {"name": HOSTILE}),
        (stores.contact_fields, "field", {"name": HOSTILE}),
        (stores.segments, "segment", {"name": HOSTILE, "criterion": HasTag(value=HOSTILE)}),
        (stores.contact_imports, "import", {"name": HOSTILE, "notes": (HOSTILE,), "refusal": HOSTILE}),
        (stores.opt_outs, "opt-out", {"text": HOSTILE}),
        (stores.api_keys, "key", {"name": HOSTILE}),
        (stores.senders, "sender", {"name": HOSTILE, "help_text": HOSTILE, "paused_reason": HOSTILE}),
        (stores.webhook_endpoints, "endpoint", {"name": HOSTILE, "note": HOSTILE, "url": HOSTILE}),
        (stores.sequences, "sequence", {"name": HOSTILE, "steps": HOSTILE_STEPS}),
        (stores.mailboxes, "mailbox", {"email": HOSTILE}),
        (stores.enrollments, "enrollment", {"address": HOSTILE, "end_note": HOSTILE}),
        (stores.scheduled_emails, "email", {"address": HOSTILE, "note": HOSTILE, "send_at": NOON}),
        (stores.enrollings, "enrolling", {"note": HOSTILE, "state": EnrollingState.REFUSED}),
        (stores.automations, "automation", {"name": HOSTILE, "draft": packed_definition(_HOSTILE_FLOW)}),
        (stores.audit_records, "audit", {"by_name": HOSTILE, "came_from": HOSTILE, "operation": HOSTILE}),
    )
    await change_contacts(
        office.runtime,
        OURS,
        {f"contact-{OURS}": lambda one: one and replace(one, name=HOSTILE, key=HOSTILE, tags=(HOSTILE,))},
        Author(ChangedBy.SYSTEM, HOSTILE),
    )
    for collection, name, fields in wanted:
        item_id = f"{name}-{OURS}"
        record = await collection.get(OURS, item_id)
        await collection.save(OURS, item_id, replace(record, **fields))
    person, pages = await signed_in(Role.ADMIN), 0
    for method, path in CLOSED:
        if method == "GET":
            page = await person.get(_filled(path))
            assert page.status_code < 500, path
            if "html" in page.headers.get("content-type", ""):
                assert "<script>alarm" not in page.text, path
                assert "<img src=x" not in page.text, path
                pages += 1
    assert pages > 20
    draft = f"/automations/automation-{OURS}/draft"
    for path in (
        *(f"{draft}/new-step?at={HOSTILE}&kind={kind}&event={EventType.LIST_JOINED}" for kind in StepKind),
        *(f"{draft}/steps/{step_id}" for step_id in ("send", "fork", "tag")),
        *(f"{draft}/new-entry?part={HOSTILE}&event={event}" for event in HEARD),
        f"/automations/new?event={HOSTILE}",
    ):
        page = await person.get(path)
        assert page.status_code == 200, path
        assert "<script>alarm" not in page.text, path
        assert "<img src=x" not in page.text, path
    found = await person.get(f"/why?address={HOSTILE}&campaign_id=campaign-{OURS}")
    assert "<script>alarm" not in found.text


@pytest.mark.parametrize("path", ["/nothing", "/files/nothing/here", "/sign-in/x"])
async def test_a_page_that_is_not_there_says_how_to_go_on(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)
    assert page.status_code == 404
    assert "To the start" in page.text


async def test_a_page_is_for_its_method(visitor: Visitor) -> None:
    await visitor.get("/sign-in")
    assert (await visitor.post("/sign-in/forgotten")).status_code == 405
