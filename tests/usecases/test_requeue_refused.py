"""What the provider refused for good can be corrected too: as another message."""

import pytest

from shared.domain.errors import Conflict
from shared.domain.failure import FailureStep
from shared.domain.fire import Ledger
from shared.domain.message import MessageState
from shared.usecases.requeue_failure import requeue_failure
from tests.usecases.clinic import Clinic


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
