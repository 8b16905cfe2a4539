"""What the provider refused for good can be corrected too: as another message."""

import pytest

from shared.domain.errors import Conflict
from shared.domain.fires.fire import Ledger
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.record import replace
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.usecases.sending.record_results import record_results
from tests.kit.clinic import Clinic


async def test_a_number_the_provider_refused_is_corrected_and_sent(clinic: Clinic) -> None:
    await clinic.load({"Phone": "+1 212 555 0003"})  # opted out at the provider: 21610
    await clinic.ready()
    fire = await clinic.fire()
    [failure] = (await clinic.stores.failures.page(clinic.company_id, limit=9)).items
    assert (failure.step, failure.kind) == (FailureStep.SEND, "provider 21610")
    with pytest.raises(Conflict, match="correct what was wrong"):
        await requeue_failure(clinic.runtime, clinic.company_id, failure.id, {})
    await requeue_failure(clinic.runtime, clinic.company_id, failure.id, {"phone": "+1 212 555 0187"})
    messages = {message.address: message for message in await clinic.messages()}
    assert messages["+12125550187"].state is MessageState.SENT
    assert messages["+12125550187"].resend_of == messages["+12125550003"].id
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)
    assert [m["handset"] for m in await clinic.accepted()] == ["+12125550187"]


async def test_what_provably_never_left_may_be_sent_again_as_it_is(clinic: Clinic) -> None:
    """A worker that slept past its lease did not call: the message failed, with nothing wrong about it."""
    await clinic.load({})
    await clinic.ready()
    clinic.runs_jobs = False
    fire = await clinic.fire()
    await clinic.run_published()
    [message] = await clinic.messages()
    lost = replace(message, state=MessageState.UNKNOWN, token="slept", attempt=1)
    await clinic.stores.messages.save(clinic.company_id, lost.id, lost)
    late = SendResult(outcome=Outcome.NOT_ACCEPTED, reason="too late")
    await record_results(clinic.runtime, clinic.company_id, "slept", {lost.id: late})
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, failed=1)
    clinic.published, clinic.runs_jobs = [], True
    await settle_message(clinic.runtime, clinic.company_id, lost.id, Settlement.RESEND, by="a person")
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)
    assert len(await clinic.accepted()) == 1
