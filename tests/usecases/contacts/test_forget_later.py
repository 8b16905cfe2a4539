"""What a deletion meets on its way: what waits, is being sent, comes late, or goes on without the person."""

import pytest

from shared.domain.deletion import DeletionState
from shared.domain.errors import Conflict
from shared.domain.fires.person import FORGOTTEN
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.record import replace
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.evidence.settle_message import Settlement, settle_message
from tests.kit.builders import an_audience
from tests.kit.clinic import Clinic
from tests.kit.traces import traces
from tests.usecases.contacts.test_forget_person import ANA, BEN, HERS, forget


async def test_what_waits_is_not_sent_and_what_is_being_sent_is_left_for_later(clinic: Clinic) -> None:
    clinic.runs_jobs = False
    await clinic.load({}, {"Patient": "Ben", "Phone": BEN})
    await clinic.ready()
    fire = await clinic.fire()
    await clinic.run_published()
    [message] = [m for m in await clinic.messages() if m.address == ANA]
    calling = replace(message, state=MessageState.SENDING, token="t", sending_at=clinic.runtime.now())
    await clinic.stores.messages.save(clinic.company_id, message.id, calling)
    deletion = await forget(clinic)
    assert (deletion.state, deletion.left) == (DeletionState.RUNNING, {"messages": 1})
    await clinic.stores.messages.save(clinic.company_id, message.id, message)
    assert (await forget(clinic)).state is DeletionState.DONE
    await clinic.run_published()
    assert [m["handset"] for m in await clinic.accepted()] == [BEN]
    report = await clinic.report(fire)
    assert report.skipped == {"forgotten": 1}
    assert report.ledger.is_balanced
    assert report.status == "sent"


async def test_a_file_fired_again_counts_the_blanked_row(clinic: Clinic) -> None:
    file = await clinic.load({}, {"Patient": "Ben", "Phone": BEN})
    await forget(clinic)
    await clinic.ready(audience=an_audience(file.id))
    report = await clinic.report(await clinic.fire())
    assert (report.ledger.planned, report.ledger.sent, report.ledger.failed) == (2, 1, 1)
    assert [m["handset"] for m in await clinic.accepted()] == [BEN]


async def test_late_news_of_a_forgotten_message_names_nobody(clinic: Clinic) -> None:
    await clinic.load({}, {"Patient": "Carla", "Phone": "+1 212 555 0005"})
    await clinic.ready()
    await clinic.fire()
    await forget(clinic)
    await forget(clinic, address="+1 212 555 0005")
    for message in await clinic.messages():
        receipt = Receipt(
            message_id=message.id,
            kind=ReceiptKind.OPTED_OUT,
            event_id=message.id,
            provider_id="SM1",
            reason=f"{ANA} has refused",
        )
        await record_receipt(clinic.runtime, clinic.company_id, receipt)
        await record_receipt(clinic.runtime, clinic.company_id, replace(receipt, kind=ReceiptKind.FAILED))
    assert await traces(clinic, HERS[1:2]) == []
    assert (await clinic.stores.opt_outs.page(clinic.company_id, limit=9)).items == []


async def test_a_forgotten_message_of_unknown_outcome_cannot_be_sent_again(clinic: Clinic) -> None:
    await clinic.load({"Phone": "+1 212 555 0005"})
    await clinic.ready()
    await clinic.fire()
    await forget(clinic, address="+1 212 555 0005")
    [message] = await clinic.messages()
    assert (message.state, message.reason) == (MessageState.UNKNOWN, FORGOTTEN)
    with pytest.raises(Conflict, match="nobody to send this to"):
        await settle_message(clinic.runtime, clinic.company_id, message.id, Settlement.RESEND, by="a test")


async def test_a_paused_fire_goes_on_without_them(clinic: Clinic) -> None:
    clinic.runs_jobs = False
    await clinic.load({}, {"Patient": "Ben", "Phone": BEN})
    await clinic.ready()
    fire = await clinic.fire()
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    await forget(clinic)  # before the rows became messages
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    clinic.runs_jobs = True
    await clinic.run_published()
    report = await clinic.report(fire)
    assert (report.ledger.sent, report.ledger.failed) == (1, 1)
    assert report.ledger.is_balanced
