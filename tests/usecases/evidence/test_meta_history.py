"""Lost answers of Meta's, settled by the list of the conversation."""

from datetime import UTC, datetime, timedelta

from infra.local.simulator.outcomes import Answer
from shared.domain.messages.message import Message, MessageState
from tests.kit.builders import a_page_step
from tests.kit.clinic import Clinic
from tests.kit.meta import add_meta, person, writes

ANA = person(11)  # no receipt ever comes
NEVER_TAKEN = person(5)  # answered with a 500, and not accepted
PAST_QUIET = timedelta(hours=5)


async def lost(clinic: Clinic, who: str, answer: Answer | None = None) -> Message:
    """A message whose answer was lost, the time over in which the list may lag."""
    await add_meta(clinic)
    await writes(clinic, who)
    await clinic.load({"Doctor": who})
    await clinic.ready(steps=(a_page_step(),))
    if answer is not None:
        await clinic.simulator.ask_fault("meta", answer)
    await clinic.fire()
    found = (await clinic.by_address())[who]
    assert found.state is MessageState.UNKNOWN
    return found


async def test_what_was_accepted_is_found_by_its_text(clinic: Clinic) -> None:
    await lost(clinic, ANA, Answer.ERROR_ACCEPTED)
    clinic.later(timedelta(minutes=20))
    assert (await clinic.reconcile())["sent"] == 1
    found = (await clinic.by_address())[ANA]
    assert (found.state, found.settled_by) == (MessageState.SENT, "history")
    [accepted] = await clinic.accepted(f"messenger:{ANA}")
    assert found.provider_id == accepted["provider_id"]


async def test_what_the_conversation_lacks_was_not_sent(clinic: Clinic) -> None:
    await lost(clinic, NEVER_TAKEN)
    clinic.later(timedelta(minutes=20))
    assert (await clinic.reconcile())["unknown"] == 1
    clinic.later(PAST_QUIET)
    assert (await clinic.reconcile())["failed"] == 1
    assert (await clinic.by_address())[NEVER_TAKEN].code == "not_found"


async def test_a_conversation_that_is_not_listed_proves_nothing(clinic: Clinic) -> None:
    await lost(clinic, NEVER_TAKEN)
    await clinic.simulator.clear_messages()
    clinic.later(PAST_QUIET)
    await clinic.reconcile()
    assert (await clinic.by_address())[NEVER_TAKEN].state is MessageState.UNKNOWN


async def test_what_meta_no_longer_tells_could_be_ours(clinic: Clinic) -> None:
    await lost(clinic, NEVER_TAKEN)
    for number in range(25):
        await writes(clinic, NEVER_TAKEN, f"and another thing, {number}")
    clinic.later(PAST_QUIET)
    await clinic.reconcile()
    assert (await clinic.by_address())[NEVER_TAKEN].state is MessageState.UNKNOWN


async def test_what_people_wrote_meanwhile_is_read_from_the_conversations(clinic: Clinic) -> None:
    await add_meta(clinic)
    own = "messenger:1112223334445556"
    await clinic.simulator.reply(f"messenger:{ANA}", "STOP", sender=own)
    sender = await clinic.stores.senders.get(clinic.company_id, "pages")
    history = clinic.runtime.provider_history(sender, await clinic.runtime.credentials("acme", sender))
    assert history is not None
    page = await history.incoming(sender.address, since=datetime(2000, 1, 1, tzinfo=UTC).date())
    assert [(one.message.from_address, one.message.body) for one in page.messages] == [(ANA, "STOP")]
    assert page.next_cursor is None
