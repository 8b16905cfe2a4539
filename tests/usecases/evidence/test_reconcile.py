"""What receipts left open is settled by the provider's own history, by a policy, or by a person."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery, OutgoingMessage, Receipt, ReceiptKind
from shared.usecases.answers.record_receipt import record_receipt
from tests.kit.builders import a_step
from tests.kit.clinic import ABSENT, LOST, Clinic

pytestmark = pytest.mark.every_moment

HOUR = timedelta(hours=1)
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")


async def test_a_message_the_provider_has_is_sent_by_its_history(clinic: Clinic) -> None:
    fire = await clinic.fire_for(LOST, "+1 212 555 2000")
    assert (await clinic.report(fire)).status is ProgressStatus.NEEDS_ATTENTION
    [shown] = await clinic.accepted("+12125550006")
    clinic.later(HOUR)
    assert (await clinic.reconcile())["sent"] == 1
    message = (await clinic.by_address())["+12125550006"]
    assert message.state is MessageState.SENT
    assert message.provider_id == shown["provider_id"]
    assert message.delivery is Delivery.DELIVERED
    assert message.settled_by == "history"
    assert message.sent_at is not None
    assert abs(message.sent_at.timestamp() - shown["created_at"]) < 60
    report = await clinic.report(fire)
    assert report.status is ProgressStatus.SENT
    assert report.ledger == Ledger(planned=2, sent=2)
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert campaign.state is CampaignState.SENT
    assert len(await clinic.accepted()) == 2


async def test_nothing_is_touched_while_its_lease_may_live(clinic: Clinic) -> None:
    await clinic.fire_for(LOST)
    assert (await clinic.reconcile())["searched"] == 0
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN


async def test_absence_proves_nothing_before_the_quiet_period_and_enough_after_it(clinic: Clinic) -> None:
    fire = await clinic.fire_for(ABSENT)
    clinic.later(HOUR)
    assert (await clinic.reconcile())["unknown"] == 1
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert (await clinic.reconcile())["searched"] == 0  # not again at once
    clinic.later(4 * HOUR)
    assert (await clinic.reconcile())["failed"] == 1
    [message] = await clinic.messages()
    assert (message.state, message.code) == (MessageState.FAILED, "not_found")
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=1, failed=1)
    assert report.status is ProgressStatus.SENT
    failure = await clinic.stores.failures.get(clinic.company_id, message.id)
    assert "history" in failure.reason


async def test_several_equal_candidates_prove_nothing(clinic: Clinic) -> None:
    fire = await clinic.fire_for(LOST)
    [message] = await clinic.messages()
    await post_by_others(clinic, message)
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["unknown"] == 1
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert message.searched_at is not None
    assert (await clinic.report(fire)).status is ProgressStatus.NEEDS_ATTENTION
    assert (await clinic.reconcile())["searched"] == 0


async def post_by_others(clinic: Clinic, message: Message, body: str | None = None) -> None:
    """A text from our number that Rollcall knows nothing of."""
    await clinic.simulator.clear_faults()
    ours = await clinic.stores.senders.get(clinic.company_id, message.sender_id)
    credentials = await clinic.runtime.credentials(clinic.company_id, ours)
    await clinic.runtime.message_sender(ours, credentials).send(
        [
            OutgoingMessage(
                message_id="none",
                from_address="+12125550100",
                to_address=message.address,
                body=body or message.body,
            )
        ]
    )


async def test_a_text_that_differs_keeps_absence_from_being_proven(clinic: Clinic) -> None:
    await clinic.fire_for("+1 212 555 2000")
    [message] = await clinic.messages()
    await clinic.lose_answer(message, body="Another text altogether")
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["unknown"] == 1


async def test_what_another_message_of_ours_has_is_no_candidate(clinic: Clinic) -> None:
    await clinic.fire_for("+1 212 555 2000")
    [message] = await clinic.messages()
    twin = await clinic.lose_answer(message, id="twin")
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["failed"] == 1  # the one text there is belongs to the other
    assert (await clinic.stores.messages.get(clinic.company_id, twin.id)).state is MessageState.FAILED


async def test_a_text_that_two_of_ours_could_be_settles_neither(clinic: Clinic) -> None:
    await clinic.fire_for("+1 212 555 2000")
    [message] = await clinic.messages()
    await clinic.lose_answer(message)
    await clinic.lose_answer(message, id="twin")
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["unknown"] == 2


async def test_a_provider_that_is_down_delays_and_settles_nothing(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    await clinic.fire_for(ABSENT)
    clinic.later(5 * HOUR)
    await clinic.set_credentials("texts", {"account_sid": "AC0", "auth_token": "wrong"})
    assert (await clinic.reconcile())["searched"] == 0
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert message.search_at is not None
    [logged] = [vars(entry)["fields"] for entry in caplog.records if entry.message == "history not read"]
    assert logged["sender_id"] == "texts"
    assert "credentials" in logged["reason"]


async def test_unknown_mail_stays_for_a_person(clinic: Clinic) -> None:
    await clinic.load({"Email": "error@example-clinic.com"})
    await clinic.ready(steps=(MAIL,))
    await clinic.fire()
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["unknown"] == 1
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert message.searched_at is not None


async def test_a_receipt_that_comes_first_is_left_alone(clinic: Clinic) -> None:
    await clinic.fire_for(LOST)
    [message] = await clinic.messages()
    receipt = Receipt(message_id=message.id, kind=ReceiptKind.DELIVERED, event_id="e", provider_id="SM1")
    await record_receipt(clinic.runtime, clinic.company_id, receipt)
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["searched"] == 0
    [message] = await clinic.messages()
    assert message.provider_id == "SM1"
