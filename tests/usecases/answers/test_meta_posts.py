"""What Meta posts: answers by buttons, receipts that do not name our messages, several accounts at once."""

import json
from datetime import timedelta

import pytest

from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.answers.check_webhook import WebhookRefused
from tests.kit.builders import a_page_step
from tests.kit.clinic import Clinic
from tests.kit.meta import INSTAGRAM, PAGE, add_meta, event, meta_posts, person, told, writes
from tests.kit.receipts import record_waiting, waiting_bundles

ANA, BEN = person(), person(2)


async def sent(clinic: Clinic, *people: str) -> dict[str, Message]:
    """A campaign over Messenger for people who wrote a moment ago."""
    await add_meta(clinic)
    for who in people:
        await writes(clinic, who)
    await clinic.load(*({"Patient": f"P{n}", "Doctor": who} for n, who in enumerate(people)))
    await clinic.ready(steps=(a_page_step(),))
    await clinic.fire()
    return await clinic.by_address()


async def test_a_campaign_goes_out_to_who_wrote_and_a_button_answers_it(clinic: Clinic) -> None:
    found = await sent(clinic, ANA)
    assert found[ANA].state is MessageState.SENT
    [accepted] = await clinic.accepted(f"messenger:{ANA}")
    button = accepted["buttons"][1]
    assert [one["title"] for one in accepted["buttons"]] == ["C", "2"]
    quick = {"payload": button["id"]}
    await writes(clinic, ANA, button["title"], quick_reply=quick)
    [answered] = [one for one in await clinic.messages() if one.address == ANA]
    assert answered.disposition == "canceled"


async def test_whom_the_window_keeps_out_is_skipped(clinic: Clinic) -> None:
    clock = clinic.stop_clock(clinic.runtime.now())
    await add_meta(clinic)
    await writes(clinic, ANA)
    clock.at += timedelta(hours=24)
    await writes(clinic, BEN)
    await clinic.load({"Doctor": ANA}, {"Patient": "Ben", "Doctor": BEN})
    await clinic.ready(steps=(a_page_step(),))
    await clinic.fire()
    found = await clinic.by_address()
    assert (found[ANA].state, found[ANA].reason) == (MessageState.SKIPPED, "conversation_closed")
    assert found[BEN].state is MessageState.SENT


async def test_deliveries_and_reads_find_their_messages(clinic: Clinic) -> None:
    found = await sent(clinic, ANA, BEN)
    await told(clinic, ANA, delivery={"mids": [found[ANA].provider_id], "watermark": 1})
    at = int(clinic.runtime.now().timestamp() * 1000)
    await told(clinic, BEN, read={"watermark": at})
    await told(clinic, BEN, delivery={"watermark": at})
    after = await clinic.by_address()
    assert (after[ANA].delivery, after[BEN].delivery) == (Delivery.DELIVERED, Delivery.READ)
    assert not await waiting_bundles(clinic.runtime, clinic.company_id)


async def test_a_moment_before_the_message_says_nothing_of_it(clinic: Clinic) -> None:
    found = await sent(clinic, ANA)
    called_at = found[ANA].sending_at
    assert called_at is not None
    before = int((called_at - timedelta(minutes=1)).timestamp() * 1000)
    await told(clinic, ANA, read={"watermark": before})
    assert (await clinic.by_address())[ANA].delivery is None


async def test_a_receipt_before_our_own_write_is_looked_for_again_and_given_up_in_the_end(
    clinic: Clinic,
) -> None:
    found = await sent(clinic, ANA)
    message = found[ANA]
    await clinic.lose_answer(message)  # the answer is not read yet
    await told(clinic, ANA, delivery={"mids": [message.provider_id]})
    [bundle] = await waiting_bundles(clinic.runtime, clinic.company_id)
    await clinic.stores.messages.save(clinic.company_id, message.id, message)
    await record_waiting(clinic.runtime, clinic.company_id)
    assert (await clinic.by_address())[ANA].delivery is Delivery.DELIVERED
    assert not await waiting_bundles(clinic.runtime, clinic.company_id)
    await told(clinic, ANA, delivery={"mids": ["m_of_somebody_in_the_inbox"]})
    assert len(await waiting_bundles(clinic.runtime, clinic.company_id)) == 1
    clinic.later(timedelta(minutes=15))
    await record_waiting(clinic.runtime, clinic.company_id)
    assert not await waiting_bundles(clinic.runtime, clinic.company_id)
    assert bundle.told_at


async def test_an_echo_settles_a_lost_answer_and_brings_the_delivery_told_beside_it(clinic: Clinic) -> None:
    found = await sent(clinic, ANA)
    lost = await clinic.lose_answer(found[ANA])
    echo = {"mid": "m_echo", "text": lost.body, "is_echo": True, "metadata": f"rollcall:{lost.id}"}
    from_page = event(clinic, ANA, message=echo) | {
        "sender": {"id": PAGE.address},
        "recipient": {"id": ANA},
    }
    await meta_posts(clinic, from_page, event(clinic, ANA, delivery={"mids": ["m_echo"]}))
    await record_waiting(clinic.runtime, clinic.company_id)
    settled = (await clinic.by_address())[ANA]
    assert (settled.state, settled.provider_id) == (MessageState.SENT, "m_echo")
    assert settled.delivery is Delivery.DELIVERED


async def test_one_post_tells_of_two_senders_and_only_with_their_own_secret(clinic: Clinic) -> None:
    await add_meta(clinic)
    hello = event(clinic, BEN, "insta", message={"mid": "m_ig", "text": "Hello"})
    entry = {"id": INSTAGRAM.address, "time": 1, "messaging": [hello]}
    page = event(clinic, ANA, message={"mid": "m_page", "text": "Hello"})
    await meta_posts(clinic, page, entries=[entry])
    replies = (await clinic.stores.replies.page(clinic.company_id, limit=10)).items
    assert {(one.sender_id, one.address) for one in replies} == {("pages", ANA), ("insta", BEN)}

    fields = await clinic.credentials("insta") | {"app_secret": "b" * 32}
    await clinic.set_credentials("insta", fields)
    hello["message"]["mid"] = "m_ig2"
    answer = await meta_posts(clinic, page, entries=[entry])
    assert answer.status == 200
    replies = (await clinic.stores.replies.page(clinic.company_id, limit=10)).items
    assert len(replies) == 2
    with pytest.raises(WebhookRefused):
        await meta_posts(clinic, page, by="insta")


async def test_stop_in_the_chat_ends_the_channel_and_is_confirmed_there(clinic: Clinic) -> None:
    await sent(clinic, ANA)
    await writes(clinic, ANA, "STOP")
    refusals = (await clinic.stores.opt_outs.page(clinic.company_id, limit=10)).items
    assert [(one.channel, one.address) for one in refusals] == [("messenger", ANA)]
    accepted = await clinic.accepted(f"messenger:{ANA}")
    assert len(accepted) == 2  # the reminder, and one confirmation


async def test_a_mark_answers_nothing_and_what_is_taken_back_is_forgotten(clinic: Clinic) -> None:
    found = await sent(clinic, ANA)
    mark = {"mid": found[ANA].provider_id, "action": "react", "emoji": "\U0001f44d"}
    await meta_posts(clinic, event(clinic, ANA, reaction=mark))
    assert (await clinic.by_address())[ANA].reply_id is None
    await meta_posts(clinic, event(clinic, ANA, message={"mid": "m_x", "text": "my secret"}))
    for _ in range(2):
        await meta_posts(clinic, event(clinic, ANA, message={"mid": "m_x", "is_deleted": True}))
    await meta_posts(clinic, event(clinic, ANA, message={"mid": "m_unknown", "is_deleted": True}))
    replies = (await clinic.stores.replies.page(clinic.company_id, limit=10)).items
    assert "my secret" not in json.dumps([one.body for one in replies])
    assert [one.meaning for one in replies].count(ReplyMeaning.REACTION) == 1
