"""On channels that ask for it a text goes out only within 24 hours after the person wrote to that sender."""

from datetime import UTC, datetime, timedelta

from shared.domain.fires.fire import Ledger
from shared.domain.fires.preview import Verdict
from shared.domain.messages.message import MessageState
from shared.domain.messages.open_conversation import conversation_id
from shared.usecases.campaigns.start_preview import start_preview
from shared.views.kit.paging import PageAsked
from shared.views.previews import list_previewed_messages
from tests.kit.builders import a_chat_step
from tests.kit.chat import CHAT, add_chat, chat
from tests.kit.clinic import Clinic, people

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
DAY = timedelta(hours=24)
ANA, BEN = "+12125552000", "+12125552001"


async def ready(clinic: Clinic) -> None:
    await add_chat(clinic)
    await clinic.load(*people(2))
    await clinic.ready(steps=(a_chat_step(),))


async def test_only_who_wrote_lately_gets_a_free_text(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await ready(clinic)
    await chat(clinic, ANA)
    fire = await clinic.fire()
    found = await clinic.by_address()
    assert (found[ANA].state, found[BEN].state) == (MessageState.SENT, MessageState.SKIPPED)
    assert found[BEN].reason == "conversation_closed"
    assert await clinic.sent_counts() == {f"whatsapp:{ANA}": 1}
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=2, sent=1, skipped=1)
    assert report.skipped == {"conversation_closed": 1}


async def test_the_last_seconds_are_not_used_and_the_end_bounds_the_validity(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await ready(clinic)
    await chat(clinic, ANA)
    await chat(clinic, BEN)
    clock.at = NOON + timedelta(seconds=60)
    await chat(clinic, BEN)
    clock.at = NOON + DAY - timedelta(seconds=30)
    await clinic.fire()
    found = await clinic.by_address()
    assert (found[ANA].state, found[BEN].state) == (MessageState.SKIPPED, MessageState.SENT)
    [accepted] = await clinic.accepted()
    assert accepted["validity_seconds"] == 85  # 90 to the end, less what a window keeps


async def test_a_message_that_comes_late_does_not_move_the_window_back(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await add_chat(clinic)
    await chat(clinic, ANA)
    await chat(clinic, ANA, written_at=NOON - timedelta(hours=3))
    found = await clinic.stores.conversations.get(clinic.company_id, conversation_id(CHAT, "chats", ANA))
    assert found.written_at == NOON


async def test_the_preview_says_who_would_be_skipped(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await ready(clinic)
    await chat(clinic, ANA)
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    assert preview.counts == {"will_send": 1, "skipped": 1}
    assert preview.reasons == {"skipped: conversation_closed": 1}
    page = await list_previewed_messages(
        clinic.runtime, clinic.company_id, PageAsked(limit=10), preview_id=preview.id, verdict=Verdict.SKIPPED
    )
    [skipped] = page.items
    assert skipped.reason.startswith("The channel takes a text of your own words only within 24 hours")


async def test_texts_and_mails_keep_and_read_no_conversations(clinic: Clinic) -> None:
    await clinic.fire_for(ANA)
    await clinic.write(ANA, "1")
    assert (await clinic.stores.conversations.page(clinic.company_id, limit=10)).items == []
