"""Segments that ask what became of messages, on the emulators: told at once, and the same once recorded."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import PermissionDenied

from shared.domain.campaigns.audience import Everybody
from shared.domain.contacts.segment import Activity, HasActivity, Not
from shared.domain.job import RecordActivity
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.firestore.kit.documents import Change
from shared.usecases.contacts.record_activity import record_activity
from shared.views.segments import count_segment
from tests.faults.grpc_proxy import Failing, GrpcProxy
from tests.kit.builders import a_message
from tests.kit.clinic import Clinic
from tests.usecases.fires.test_people import ANA, BEN, CLEO, a_person, know, ready, segment
from tests.usecases.fires.test_why import only, why


async def who(clinic: Clinic, activity: Activity, **asked: Any) -> set[str]:
    criterion = HasActivity(activity=activity, **{"days": 7, **asked})
    found = await count_segment(clinic.runtime, clinic.company_id, criterion)
    assert found.count == len(found.sample)
    return {one.id for one in found.sample}


async def recorded(clinic: Clinic) -> None:
    await record_activity(clinic.runtime, RecordActivity(company_id=clinic.company_id))
    assert not (await clinic.stores.activity_notes.page(clinic.company_id, limit=1)).items


@pytest.mark.parametrize("is_recorded", [False, True])
async def test_sent_and_answered_are_known_at_once_and_stay(clinic: Clinic, is_recorded: bool) -> None:
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    await ready(clinic, Everybody())
    await clinic.fire()
    await clinic.write(ANA, "1")
    if is_recorded:
        await recorded(clinic)
    assert await who(clinic, Activity.SENT) == {"ana", "ben"}
    assert await who(clinic, Activity.ANSWERED) == {"ana"}
    assert await who(clinic, Activity.NOT_ANSWERED) == {"ben"}
    assert await who(clinic, Activity.SENT, times=2) == set()
    clinic.later(timedelta(days=8))
    assert await who(clinic, Activity.SENT) == set()
    assert await who(clinic, Activity.ANSWERED, days=9) == {"ana"}


@pytest.mark.parametrize("dies_at", ["Commit", "BatchWrite"])
async def test_a_death_between_a_message_and_its_trace_loses_no_trace(
    unsure: Clinic, proxy: GrpcProxy, dies_at: str
) -> None:
    """No message says what its trace does not: the trace is told first, and told twice it is one."""
    message = a_message(
        id="m" * 24, state=MessageState.SENDING, sending_at=unsure.runtime.now(), contact_id="ana"
    )
    await know(unsure, a_person("ana", ANA))
    messages = unsure.stores.messages
    await messages.save("acme", message.id, message)
    [stored] = (await messages.find_versions("acme", [message.id])).values()
    sent = replace(message, state=MessageState.SENT, sent_at=unsure.runtime.now())
    changes = {message.id: Change(stored.record, sent, stored.written_at)}
    proxy.failing = Failing(code=grpc.StatusCode.PERMISSION_DENIED, moment="before", methods=(dies_at,))
    with pytest.raises(PermissionDenied):
        await messages.replace_versions("acme", changes)
    proxy.failing = None
    assert (await messages.get("acme", message.id)).state is MessageState.SENDING
    assert await who(unsure, Activity.SENT) == (set() if dies_at == "Commit" else {"ana"})
    assert await messages.replace_versions("acme", changes) == set()
    assert await who(unsure, Activity.SENT) == {"ana"}
    assert await who(unsure, Activity.SENT, times=2) == set()


async def test_what_went_to_a_row_counts_for_who_has_the_address_be_it_later(clinic: Clinic) -> None:
    await clinic.fire_for(CLEO)
    await recorded(clinic)
    await know(clinic, a_person("cleo", CLEO), a_person("ana", ANA))
    assert await who(clinic, Activity.SENT) == {"cleo"}


async def test_why_tells_that_an_activity_kept_somebody_out(clinic: Clinic) -> None:
    await clinic.fire_for(ANA)
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    new = await segment(clinic, Not(criterion=HasActivity(activity=Activity.SENT, days=30, times=1)))
    campaign = await clinic.campaign()
    await clinic.stores.campaigns.remove(clinic.company_id, [campaign.id])
    await ready(clinic, new)
    await clinic.fire()
    assert set(await clinic.sent_counts()) == {ANA, BEN}
    found = await why(clinic)
    assert "was sent a message in the last 30 days" in only(found).words
