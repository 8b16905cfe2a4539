"""One message that waits is withdrawn: it is never sent, whoever else is at it."""

import pytest

from shared.domain.errors import Conflict, NotFound
from shared.domain.fires.fire import Ledger
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.usecases.run_job import run_job
from shared.usecases.sending.withdraw_message import withdraw_message
from tests.kit.clinic import ABSENT, Clinic, people


async def test_what_waits_is_skipped_and_the_others_go_out(clinic: Clinic) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    fire, job = await clinic.fire_and_queue()
    first, *_ = await clinic.messages()
    for _ in range(2):  # again changes nothing
        withdrawn = await withdraw_message(clinic.runtime, clinic.company_id, first.id, by="api key k1")
        assert (withdrawn.state, withdrawn.reason) == (MessageState.SKIPPED, SkipReason.WITHDRAWN)
        assert withdrawn.explanation == "It was withdrawn before it went out, by api key k1."
    await run_job(clinic.runtime, job)
    assert (await clinic.report(fire)).ledger == Ledger(planned=3, sent=2, skipped=1)
    assert first.address not in await clinic.sent_counts()


async def test_what_has_left_or_may_have_is_not_withdrawn(clinic: Clinic) -> None:
    await clinic.fire_for("+1 212 555 2000", "+1 212 555 0003", ABSENT)
    states = {message.state: message.id for message in await clinic.messages()}
    assert set(states) == {MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN}
    for message_id in states.values():
        with pytest.raises(Conflict, match="withdraw"):
            await withdraw_message(clinic.runtime, clinic.company_id, message_id, by="a test")
    with pytest.raises(NotFound):
        await withdraw_message(clinic.runtime, clinic.company_id, "nobody", by="a test")
    assert {message.state: message.id for message in await clinic.messages()} == states
