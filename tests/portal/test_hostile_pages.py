"""Every page shows what people wrote at its worst, as text; every file that is saved holds it as text too.

Each text of each record is hostile. A page that shows nothing of it fails, unless it is among those that have
nothing of anybody's; so does a page that is not there.
"""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from httpx import Response

from functions.downloads import XLSX
from functions.portal.step_kinds import StepKind
from shared.domain.automations.automation import Definition, packed_definition
from shared.domain.automations.steps import HandOverStep, IfStep, SendStep, TagStep
from shared.domain.automations.trigger import HEARD, Happened
from shared.domain.campaigns.audience import FileAudience
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.channels.channel import Channel
from shared.domain.companies.user import Role
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.segment import HasTag
from shared.domain.events.event import EventType
from shared.domain.files.file import Row
from shared.domain.fires.notice import sender_notice
from shared.domain.fires.standing import TEST_CAMPAIGN
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.replies.asked import Flag
from shared.firestore.row_chunks import chunk_of
from shared.tabular.rejected_rows import REASON_COLUMN, csv_export
from shared.usecases.contacts.change_contacts import change_contacts
from tests.bench.pages import BESIDE
from tests.kit.api.office import OURS, Office
from tests.kit.builders import NOON, a_content
from tests.kit.portal.hostile import ALARMS, ESCAPED, HOSTILE, hostile
from tests.kit.portal.page_addresses import NO_PAGES
from tests.portal.conftest import SignedIn
from tests.portal.test_roles import CLOSED, _filled

# Pages and parts of pages that hold nothing that anybody wrote: forms for what is new, settings, numbers.
NOTHING = {
    "/account",
    "/account/second-factor",
    "/automations/new",
    f"/automations/new?event={quote(HOSTILE)}",
    "/automations/{automation_id}/moving",
    "/board/nearby",
    "/files/{file_id}/progress",
    "/fires/{fire_id}/resends/{resend_id}",
    "/fires/{fire_id}/resends/{resend_id}/progress",
    "/imports/{import_id}/progress",
    "/mailboxes/new",
    "/previews/{preview_id}/progress",
    "/segments/new",
    "/sequences/effects/{effect_id}",
    "/sequences/progress",
    "/sequences/{sequence_id}/enrollings/{enrolling_id}/progress",
    "/settings",
    "/settings/approval",
    "/settings/company",
    "/settings/senders/new",
    "/settings/sign-in",
    "/settings/trial",
}
# What the office has none of: a second factor that is being added.
ABSENT = {"/account/second-factor/code": 303}
# Files about an import's rows are made by the import: tests/domain/contacts/test_import_round_trip.py.
MADE_BY_IMPORTS = {"/imports/{import_id}/rejected.csv", "/imports/{import_id}/left.csv"}
DAY, FORMULA = "2026-12-10", tuple("=+-@\t\r\n")
WITH_HOSTILE_WORDS = (
    f"/contacts?q={quote(HOSTILE)}",
    f"/automations/new?event={quote(HOSTILE)}",
    f"/why?address={quote(HOSTILE)}&campaign_id=campaign-{OURS}",
    *(
        f"/automations/{{automation_id}}/draft/new-step?at={quote(HOSTILE)}&kind={kind}&event={EventType.LIST_JOINED}"
        for kind in StepKind
    ),
    *(f"/automations/{{automation_id}}/draft/steps/{step_id}" for step_id in ("send", "fork", "tag")),
    *(
        f"/automations/{{automation_id}}/draft/new-entry?part={quote(HOSTILE)}&event={event}"
        for event in HEARD
    ),
)
FLOW = Definition(
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


async def _spoil(office: Office, folder: Path) -> None:
    """Have every text of ours be hostile, and every page have something to show."""
    stores, apart = office.stores, {"companies", "users"}  # these stand beside every page
    for collection in stores.all():
        async for page in collection.each_page(OURS):
            for one in page if collection.name not in apart else ():
                await collection.save(OURS, one.id, hostile(one))
    await change_contacts(
        office.runtime,
        OURS,
        {f"contact-{OURS}": lambda one: one and replace(one, name=HOSTILE, key=HOSTILE, tags=(HOSTILE,))},
        Author(ChangedBy.SYSTEM, HOSTILE),
    )
    await _spoil_campaign(office)
    await _spoil_file(office, folder)
    flow = await stores.automations.get(OURS, f"automation-{OURS}")
    await stores.automations.save(OURS, flow.id, replace(flow, draft=packed_definition(FLOW)))


async def _spoil_campaign(office: Office) -> None:
    stores = office.stores
    campaign = await stores.campaigns.get(OURS, f"campaign-{OURS}")
    template_id, sender_id = f"template-{OURS}", f"sender-{OURS}"
    campaign = replace(
        campaign,
        state=CampaignState.DRAFT,
        steps=tuple(replace(one, template_id=template_id, sender_id=sender_id) for one in campaign.steps),
        audience=FileAudience(source_id=f"source-{OURS}", file_id=f"file-{OURS}"),
    )
    await stores.campaigns.save(OURS, campaign.id, campaign)
    fire = await stores.fires.get(OURS, f"fire-{OURS}")
    content = a_content(content_hash=fire.content_hash, campaign=campaign)
    await stores.campaign_contents.keep(OURS, fire.campaign_id, content)
    message = await stores.messages.get(OURS, f"message-{OURS}")
    message = replace(message, about_at=datetime.fromisoformat(f"{DAY}T15:00Z"), contact_id=f"contact-{OURS}")
    await stores.messages.save(OURS, message.id, message)
    await stores.messages.save(OURS, "test", replace(message, id="test", campaign_id=TEST_CAMPAIGN))
    lost = replace(message, id="lost", state=MessageState.FAILED, code="21610", reason=HOSTILE)
    await stores.messages.save(OURS, lost.id, lost)
    user = await stores.users.get(OURS, f"user-{OURS}")
    await stores.users.save(OURS, user.id, replace(user, name=HOSTILE))
    await _spoil_inbox(office)


async def _spoil_inbox(office: Office) -> None:
    """A reply that waits for the user, another that is urgent, and a notice."""
    stores = office.stores
    reply = await stores.replies.get(OURS, f"reply-{OURS}")
    waiting = replace(
        reply,
        waits=True,
        assigned_to=f"user-{OURS}",
        message_id=f"message-{OURS}",
        candidates=(f"message-{OURS}",),
    )
    await stores.replies.save(OURS, reply.id, waiting)
    await stores.replies.save(OURS, "urgent", replace(waiting, id="urgent", flags=(Flag.DANGER,)))
    sender = await stores.senders.get(OURS, f"sender-{OURS}")
    notice = hostile(sender_notice(sender, NOON))
    await stores.notices.save(OURS, notice.id, notice)


async def _spoil_file(office: Office, folder: Path) -> None:
    stores = office.stores
    file = await stores.files.get(OURS, f"file-{OURS}")
    row = Row(number=2, values={"name": HOSTILE, "phone": "555"}, marks={"phone": HOSTILE})
    chunk = chunk_of(file.id, 0, 0, [row])
    await stores.row_chunks.save(OURS, chunk.id, chunk)
    counted = replace(file, row_count=1, chunk_count=1, marked_count=1, rejected_count=1)
    await stores.files.save(OURS, file.id, counted)
    path = folder / "rejected.csv"
    rejected = [["Patient", "Phone", REASON_COLUMN], [HOSTILE, "555", HOSTILE]]
    path.write_bytes(b"".join(csv_export(rejected)))
    await office.runtime.files.upload(file.rejected_object_name or "", str(path), "text/csv")


def _shown(text: str) -> str:
    """The page without what stands beside every page; a part of a page is all shown."""
    return text.partition("<main")[2] or text


async def test_what_people_wrote_is_text_on_every_page(
    office: Office, signed_in: SignedIn, tmp_path: Path
) -> None:
    person = await signed_in(Role.ADMIN)
    await _spoil(office, tmp_path)
    silent, absent, saved = set[str](), dict[str, int](), set[str]()
    pages = [path for method, path in CLOSED if method == "GET" and path not in MADE_BY_IMPORTS]
    for path in [*pages, *BESIDE, f"/board?day={DAY}", *WITH_HOSTILE_WORDS]:
        address = _filled(path).replace(f"test/message-{OURS}", "test/test")
        page = await person.get(address.replace("day.csv", f"day.csv?day={DAY}"))
        if "content-disposition" in page.headers:
            assert _is_harmless(page), path
            saved.add(path)
            continue
        assert not any(alarm in page.text for alarm in ALARMS), path
        if page.status_code != 200:
            absent[path] = page.status_code
        elif ESCAPED not in _shown(page.text):
            silent.add(path)
    assert sorted(silent) == sorted(NOTHING)
    assert absent == ABSENT
    assert saved == set(NO_PAGES) & {path for path in pages if path.endswith((".csv", ".xlsx"))}


def _is_harmless(saved: Response) -> bool:
    """Whether the file is saved and not shown, and has what people wrote, as texts that are no formulas."""
    assert saved.headers["content-disposition"].startswith("attachment")
    if saved.headers["content-type"] == XLSX:
        with zipfile.ZipFile(io.BytesIO(saved.content)) as book:
            sheets = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        return "<f>" not in sheets and "=alarm(0)" in sheets
    rows = list(csv.reader(io.StringIO(saved.content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    return any(HOSTILE in cell for cell in cells) and not any(cell[:1] in FORMULA for cell in cells if cell)
