"""What receipts left open is settled by the provider's own history, by a policy, or by a person."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest

from shared import faults
from shared.domain.campaign import CampaignState, UnknownPolicy
from shared.domain.errors import Conflict
from shared.domain.failure import FailureState
from shared.domain.fire import Fire, FireState, Ledger, ProgressStatus
from shared.domain.message import Message, MessageState
from shared.domain.sending import Delivery, OutgoingMessage, Receipt, ReceiptKind
from shared.faults import Point
from shared.usecases.cancel_campaign import cancel_campaign
from shared.usecases.reconcile_sends import reconcile_sends
from shared.usecases.record_receipt import record_receipt
from shared.usecases.settle_message import Settlement, resend_id, settle_message
from tests.builders import a_step
from tests.usecases.clinic import Clinic

LOST = "+1 212 555 0006"  # answered with a 500, yet accepted and delivered
ABSENT = "+1 212 555 0005"  # answered with a 500, and not accepted
HOUR = timedelta(hours=1)
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")


def later(clinic: Clinic, by: timedelta) -> None:
    """Move the clinic's clock on."""
    clock = clinic.runtime.now
    clinic.runtime.now = lambda: clock() + by


async def reconcile(clinic: Clinic) -> dict[str, int]:
    return await reconcile_sends(clinic.runtime, clinic.runtime.now())


async def fired(clinic: Clinic, *phones: str, **changes: object) -> Fire:
    await clinic.load(*({"Patient": f"P{n}", "Phone": phone} for n, phone in enumerate(phones)))
    await clinic.ready(**changes)
    return await clinic.fire()


async def by_address(clinic: Clinic) -> dict[str, Message]:
    return {message.address: message for message in await clinic.messages()}


async def test_a_message_the_provider_has_is_sent_by_its_history(clinic: Clinic) -> None:
    fire = await fired(clinic, LOST, "+1 212 555 2000")
    assert (await clinic.report(fire)).status is ProgressStatus.NEEDS_ATTENTION
    [shown] = await clinic.accepted("+12125550006")
    later(clinic, HOUR)
    assert (await reconcile(clinic))["sent"] == 1
    message = (await by_address(clinic))["+12125550006"]
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
    await fired(clinic, LOST)
    assert (await reconcile(clinic))["searched"] == 0
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN


async def test_absence_proves_nothing_before_the_quiet_period_and_enough_after_it(clinic: Clinic) -> None:
    fire = await fired(clinic, ABSENT)
    later(clinic, HOUR)
    assert (await reconcile(clinic))["unknown"] == 1
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert (await reconcile(clinic))["searched"] == 0  # not again at once
    later(clinic, 4 * HOUR)
    assert (await reconcile(clinic))["failed"] == 1
    [message] = await clinic.messages()
    assert (message.state, message.code) == (MessageState.FAILED, "not_found")
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=1, failed=1)
    assert report.status is ProgressStatus.SENT
    failure = await clinic.stores.failures.get(clinic.company_id, message.id)
    assert "history" in failure.reason


async def test_several_equal_candidates_prove_nothing(clinic: Clinic) -> None:
    fire = await fired(clinic, LOST)
    [message] = await clinic.messages()
    await post_by_others(clinic, message)
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["unknown"] == 1
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert message.searched_at is not None
    assert (await clinic.report(fire)).status is ProgressStatus.NEEDS_ATTENTION
    assert (await reconcile(clinic))["searched"] == 0


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
    await fired(clinic, "+1 212 555 2000")
    [message] = await clinic.messages()
    await unknown(clinic, message, body="Another text altogether")
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["unknown"] == 1


async def unknown(clinic: Clinic, message: Message, **changes: object) -> Message:
    """Leave the message as after an answer that was lost."""
    left = replace(
        message, state=MessageState.UNKNOWN, provider_id=None, sent_at=None, search_at=message.sending_at
    )
    left = replace(left, **changes)  # type: ignore[arg-type]
    await clinic.stores.messages.save(clinic.company_id, left.id, left)
    return left


async def test_what_another_message_of_ours_has_is_no_candidate(clinic: Clinic) -> None:
    await fired(clinic, "+1 212 555 2000")
    [message] = await clinic.messages()
    twin = await unknown(clinic, message, id="twin")
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["failed"] == 1  # the one text there is belongs to the other
    assert (await clinic.stores.messages.get(clinic.company_id, twin.id)).state is MessageState.FAILED


async def test_a_text_that_two_of_ours_could_be_settles_neither(clinic: Clinic) -> None:
    await fired(clinic, "+1 212 555 2000")
    [message] = await clinic.messages()
    await unknown(clinic, message)
    await unknown(clinic, message, id="twin")
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["unknown"] == 2


async def test_receipts_that_never_came_are_taken_from_the_day(clinic: Clinic) -> None:
    fire = await fired(clinic, "+1 212 555 0011", "+1 212 555 0002", "+1 212 555 2000")
    assert (await clinic.report(fire)).deliveries == {"no receipt": 3}
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["receipts"] == 3
    report = await clinic.report(fire)
    assert report.deliveries == {"delivered": 2, "undelivered": 1}
    assert report.undelivered == {"30003": 1}
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["receipts"] == 0
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert not search.is_open


class Counted:
    """Counts the points that are passed, and stops at the nth page."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.passed: Counter[str] = Counter()
        self.stop_at = stop_at

    def __call__(self, point: Point, moment: Literal["before", "after"]) -> None:
        if moment == "before":
            self.passed[point] += 1
            if point == "search_history.page" and self.passed[point] == self.stop_at:
                raise InterruptedError("killed")


@pytest.fixture
def counted() -> Iterator[Counted]:
    """The points passed during the test."""
    hook = Counted()
    faults.install(hook)
    yield hook
    faults.install(None)


async def test_a_search_cut_short_goes_on_where_it_was(clinic: Clinic, counted: Counted) -> None:
    fire = await fired(clinic, *(f"+1 212 555 {2000 + n}" for n in range(230)))
    later(clinic, 5 * HOUR)
    counted.stop_at = 3
    with pytest.raises(InterruptedError):
        await reconcile(clinic)
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert search.cursor is not None
    assert (search.page_count, search.settled_count) == (2, 200)
    assert (await reconcile(clinic))["receipts"] == 30
    assert counted.passed["search_history.page"] == 4  # two, the one that was cut short, and that one again
    assert (await clinic.report(fire)).deliveries == {"delivered": 230}


async def test_a_provider_that_is_down_delays_and_settles_nothing(clinic: Clinic) -> None:
    await fired(clinic, ABSENT)
    later(clinic, 5 * HOUR)
    await clinic.set_credentials("texts", {"account_sid": "AC0", "auth_token": "wrong"})
    assert (await reconcile(clinic))["searched"] == 0
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert message.search_at is not None


async def test_unknown_mail_stays_for_a_person(clinic: Clinic) -> None:
    await clinic.load({"Email": "error@example-clinic.com"})
    await clinic.ready(steps=(MAIL,))
    await clinic.fire()
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["unknown"] == 1
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert message.searched_at is not None


@pytest.mark.parametrize("hours", [1, 5])
async def test_the_policy_acts_after_the_quiet_period_only(clinic: Clinic, hours: int) -> None:
    await clinic.load({"Email": "error@example-clinic.com"})
    await clinic.ready(steps=(MAIL,), unknown_policy=UnknownPolicy.GIVE_UP)
    fire = await clinic.fire()
    later(clinic, hours * HOUR)
    await reconcile(clinic)
    [message] = await clinic.messages()
    assert message.state is (MessageState.FAILED if hours == 5 else MessageState.UNKNOWN)
    report = await clinic.report(fire)
    assert report.ledger.is_balanced
    assert message.settled_by == ("policy" if hours == 5 else None)


async def test_the_policy_may_send_again(clinic: Clinic) -> None:
    fire = await fired(clinic, ABSENT, unknown_policy=UnknownPolicy.RESEND)
    [first] = await clinic.messages()
    later(clinic, 5 * HOUR)
    await reconcile(clinic)
    messages = {message.id: message for message in await clinic.messages()}
    assert messages[first.id].state is MessageState.FAILED
    again = messages[resend_id(first)]
    assert again.resend_of == first.id
    assert again.state is MessageState.UNKNOWN  # this number answers 500 each time
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, unknown=1)


async def settle(clinic: Clinic, message: Message, settlement: Settlement) -> Message:
    return await settle_message(clinic.runtime, clinic.company_id, message.id, settlement, by="api key test")


async def test_a_person_may_mark_it_as_sent(clinic: Clinic) -> None:
    fire = await fired(clinic, ABSENT)
    [message] = await clinic.messages()
    for _ in range(2):
        settled = await settle(clinic, message, Settlement.SENT)
        assert (settled.state, settled.settled_by) == (MessageState.SENT, "api key test")
    report = await clinic.report(fire)
    assert (report.ledger, report.status) == (Ledger(planned=1, sent=1), ProgressStatus.SENT)
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.NOT_SENT)
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.RESEND)


async def test_a_person_may_mark_it_as_not_sent(clinic: Clinic) -> None:
    fire = await fired(clinic, ABSENT)
    [message] = await clinic.messages()
    for _ in range(2):
        assert (await settle(clinic, message, Settlement.NOT_SENT)).state is MessageState.FAILED
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=1, failed=1)
    assert report.failed == {"settled as not_sent": 1}


async def test_sending_again_is_a_new_message_and_the_books_stay_balanced(clinic: Clinic) -> None:
    fire = await fired(clinic, "+1 212 555 2000", "+1 212 555 2001")
    message = (await by_address(clinic))["+12125552000"]
    await unknown(clinic, message)
    clinic.runs_jobs = False
    for _ in range(3):
        await settle(clinic, message, Settlement.RESEND)
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=2, sent=1, pending=1)
    reopened = await clinic.stores.fires.get(clinic.company_id, fire.id)
    assert not reopened.is_closed
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert campaign.state is CampaignState.FIRING
    await clinic.run_published()
    assert len(await clinic.accepted("+12125552000")) == 2  # the one in doubt, and the decided one
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=2, sent=2)
    assert report.status is ProgressStatus.SENT
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    failure = await clinic.stores.failures.get(clinic.company_id, message.id)
    assert (failure.state, failure.requeued_as) == (FailureState.REQUEUED, resend_id(message))


async def test_what_was_not_sent_may_be_sent_again(clinic: Clinic) -> None:
    fire = await fired(clinic, "+1 212 555 2000")
    [message] = await clinic.messages()
    await unknown(clinic, message)
    await settle(clinic, message, Settlement.NOT_SENT)
    await settle(clinic, message, Settlement.RESEND)
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.NOT_SENT)


async def test_a_canceled_campaign_sends_nothing_again(clinic: Clinic) -> None:
    await fired(clinic, ABSENT)
    [message] = await clinic.messages()
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    fire = await clinic.stores.fires.get(clinic.company_id, message.fire_id)
    await clinic.stores.fires.save(clinic.company_id, fire.id, replace(fire, state=FireState.CANCELED))
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.RESEND)


async def test_a_receipt_that_comes_first_is_left_alone(clinic: Clinic) -> None:
    await fired(clinic, LOST)
    [message] = await clinic.messages()
    receipt = Receipt(message_id=message.id, kind=ReceiptKind.DELIVERED, event_id="e", provider_id="SM1")
    await record_receipt(clinic.runtime, clinic.company_id, receipt)
    later(clinic, 5 * HOUR)
    assert (await reconcile(clinic))["searched"] == 0
    [message] = await clinic.messages()
    assert message.provider_id == "SM1"
