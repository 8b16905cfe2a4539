"""Deciding of many people of a fire at once, in the portal."""

import msgspec
import pytest

from infra.local.simulator.outcomes import Answer
from shared.domain.fires.fire_sums import CountedSums, FireSums, StoredSums
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.usecases.fires import foresee_resend
from tests.kit.clinic import Clinic, people
from tests.kit.portal.visitor import Visitor
from tests.usecases.conftest import clinic

__all__ = ["clinic"]


async def _ids(clinic: Clinic, state: MessageState) -> list[str]:
    return [one.id for one in await clinic.messages() if one.state is state]


async def test_unknown_messages_are_settled_and_sent_again(clinic: Clinic, approver: Visitor) -> None:
    await clinic.simulator.ask_fault("twilio", Answer.ERROR)
    await clinic.load(*people(3))
    campaign = await clinic.ready()
    fire = await clinic.fire(campaign.id)
    await clinic.simulator.clear_faults()
    here = f"/fires/{fire.id}?state=unknown"
    page = await approver.get(here)
    assert page.text.count('name="message_ids"') == 3
    await approver.post(f"/fires/{fire.id}/unknown", {"decision": "sent"})
    await approver.get(here)
    assert "Tick those that are meant first" in approver.says
    one, two, three = await _ids(clinic, MessageState.UNKNOWN)
    await approver.post(f"/fires/{fire.id}/unknown", {"decision": "resend", "message_ids": [one, two]})
    await approver.get(here)
    assert "2 are sent again" in approver.says
    assert approver.page.text.count('name="message_ids"') == 1
    assert len(await clinic.accepted()) == 2  # once each
    fields = {"decision": "not_sent", "message_ids": [three, "nothing"]}
    await approver.post(f"/fires/{fire.id}/unknown", fields)
    await approver.get(f"/fires/{fire.id}")
    assert "1 is noted as not sent. 1 not:" in approver.says
    assert await _ids(clinic, MessageState.UNKNOWN) == []


async def test_failed_rows_are_queued_again_together(clinic: Clinic, approver: Visitor) -> None:
    fire = await clinic.fire_for("555", "+1 212 555 0199", "556")
    failures = [one.id for one in await clinic.failures() if one.fire_id == fire.id]
    here = f"/fires/{fire.id}?state=failed"
    page = await approver.get(here)
    assert page.text.count('name="failure_ids"') == len(failures) == 2
    await approver.post(f"/fires/{fire.id}/failures", {"failure_ids": failures})
    await approver.get(here)
    assert "0 are queued again. 2 not:" in approver.says  # the numbers are as wrong as before


async def test_what_is_of_another_fire_is_left_alone(clinic: Clinic, approver: Visitor) -> None:
    first = await clinic.fire_for("555")
    [failure] = [one.id for one in await clinic.failures() if one.fire_id == first.id]
    second = await clinic.fire_for("+1 212 555 0199", id="others")
    await approver.get(f"/fires/{first.id}?state=failed")
    await approver.post(f"/fires/{second.id}/failures", {"failure_ids": failure})
    await approver.get(f"/fires/{second.id}")
    assert "one is of another fire" in approver.says


async def test_what_did_not_arrive_is_sent_again_with_its_effect_first(
    clinic: Clinic, approver: Visitor
) -> None:
    await clinic.load(*people(3))
    campaign = await clinic.ready()
    fire = await clinic.fire(campaign.id)
    for message in (await clinic.messages())[:2]:
        lost = replace(
            message, delivery=Delivery.UNDELIVERED, delivery_code="30003", delivery_reason="Switched off"
        )
        await clinic.stores.messages.save(clinic.company_id, message.id, lost)
    here = f"/fires/{fire.id}/resend"
    assert f'href="{here}"' in (await approver.get(f"/fires/{fire.id}")).text
    page = await approver.get(here)
    assert "<strong>2</strong> not delivered: Switched off" in page.text
    assert "Send it again to" not in page.text  # nothing is offered before its effect is known
    page = await approver.get(f"{here}?reason=not_delivered%2030003")
    assert "2 people get it again" in page.text
    await approver.post(here, {"reasons": "not_delivered 30003"})
    await approver.get(f"/fires/{fire.id}")
    assert "2 people get it again." in approver.says
    assert sorted((await clinic.sent_counts()).values()) == [1, 2, 2]
    page = await approver.get(f"{here}?reason=not_delivered%2030003")
    assert "<strong>2</strong> got it again already" in page.text
    await approver.get(f"{here}?reason=not_delivered%2030003")
    await approver.post(here, {"reasons": "something else"})
    await approver.get(here)
    assert "are none for which" in approver.says


async def test_of_many_a_page_says_how_far_it_came(
    clinic: Clinic, approver: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foresee_resend, "MOST_LOOKED_AT", 1)
    await clinic.load(*people(3))
    await clinic.ready()
    fire = await clinic.fire()
    for message in await clinic.messages():
        lost = replace(message, delivery=Delivery.UNDELIVERED, delivery_code="30003")
        await clinic.stores.messages.save(clinic.company_id, message.id, lost)
    here = f"/fires/{fire.id}/resend?reason=not_delivered%2030003"
    await approver.get(here)
    assert "At least 1 person gets it again" in approver.says
    assert "3 messages came to nothing" in approver.says
    sums = FireSums(undelivered={"30003": 2, "30006": 1})
    counts = msgspec.json.encode(CountedSums(at=clinic.runtime.now(), steps=(), sums=sums))
    stored = StoredSums(id=fire.id, due_at=clinic.runtime.now(), counts=counts)
    await clinic.stores.fire_sums.save(clinic.company_id, fire.id, stored)
    await approver.get(f"/fires/{fire.id}/resend?reason=not_delivered%2030006")
    assert "1 not delivered (30006, beyond those that were looked at)" in approver.says
    assert "How many get it again is known once it is sent" in approver.says
    await approver.get(here)
    clinic.runs_jobs = False
    answer = await approver.post(f"/fires/{fire.id}/resend", {"reasons": "not_delivered 30003"})
    where = answer.headers["location"]
    page = await approver.get(where)
    assert "Leave the page if you like" in approver.says
    assert f'hx-get="{where}/progress"' in page.text
    clinic.runs_jobs = True
    await clinic.run_published()
    answer = await approver.get(f"{where}/progress", **{"HX-Request": "true"})
    assert answer.headers["hx-refresh"] == "true"
    await approver.get(where)
    assert "Came to nothing 3 Looked at 3 Get it again 3" in approver.says
    assert sorted((await clinic.sent_counts()).values()) == [2, 2, 2]
