"""Messages of automations are as any others: windows, caps, what is unknown, and the ledger hold for them."""

from datetime import time, timedelta

from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.frequency_cap import FrequencyCap
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.views.fires import get_live_fire
from tests.kit.automations import Desk, a_send, a_tag

AFTERNOON = ContactWindow(opens=time(14), closes=time(18))


async def ledgers(desk: Desk) -> list[tuple[int, int, int, int]]:
    """Planned, sent, skipped and unknown of each day's fire."""
    found = []
    for fire in (await desk.stores.fires.page("acme", limit=10)).items:
        ledger = (await get_live_fire(desk.runtime, "acme", fire.id)).books.ledger
        assert ledger.is_balanced
        found.append((ledger.planned, ledger.sent, ledger.skipped, ledger.unknown))
    return found


async def test_a_message_waits_for_its_window_and_the_contact_goes_on(desk: Desk) -> None:
    await desk.publish(a_send(), a_tag("mark", "written"), window=AFTERNOON)
    await desk.add("c1", "new")
    assert (await desk.texts(), "written" in await desk.tags("c1")) == ([], True)
    for minutes, texts in ((100, []), (20, ["Hello C1!"])):
        desk.clock.at += timedelta(minutes=minutes)
        await dispatch_due_batches(desk.runtime, desk.clock())
        assert await desk.texts() == texts
    assert await ledgers(desk) == [(1, 1, 0, 0)]


async def test_one_too_many_is_skipped_and_the_contact_goes_on(desk: Desk) -> None:
    company = await desk.stores.companies.get("acme")
    cap = FrequencyCap(messages=1, hours=24)
    await desk.stores.companies.change("acme", consent=replace(company.consent, frequency_cap=cap))
    await desk.publish(a_send(), a_send("more", "again"), a_tag("mark", "written"))
    await desk.add("c1", "new")
    assert (await desk.texts(), "written" in await desk.tags("c1")) == (["Hello C1!"], True)
    assert [(one.state, one.reason) for one in await desk.messages()] == [
        (MessageState.SKIPPED, "too_many"),
        (MessageState.SENT, None),
    ]
    assert sorted(await ledgers(desk)) == [(1, 0, 1, 0), (1, 1, 0, 0)]


async def test_what_is_unknown_is_shown_and_not_sent_again(desk: Desk) -> None:
    await desk.publish(a_send())
    await desk.clinic.simulator.ask_fault("twilio", Answer.RESET_ACCEPTED, count=1)
    await desk.add("c1", "new")
    desk.clock.at += timedelta(minutes=11)
    await desk.tick()
    [message] = await desk.messages()
    assert (message.state, await desk.texts()) == (MessageState.UNKNOWN, ["Hello C1!"])
    assert await ledgers(desk) == [(1, 0, 0, 1)]
