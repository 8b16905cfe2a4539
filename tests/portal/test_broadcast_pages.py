"""Broadcasts on their pages: what is planned, how one under way stands, and what it waits for."""

from shared.domain.campaigns.broadcast import BroadcastState
from shared.domain.companies.user import Role
from shared.domain.fires.fire import PlannedStep
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from tests.kit.api.office import OURS, THEIRS, Office
from tests.portal.conftest import SignedIn


async def test_a_planned_one_says_when_it_is_made(office: Office, signed_in: SignedIn) -> None:
    viewer = await signed_in(Role.VIEWER)
    listed = (await viewer.get("/broadcasts")).text
    assert f'href="/broadcasts/broadcast-{OURS}"' in listed
    assert THEIRS not in listed
    page = (await viewer.get(f"/broadcasts/broadcast-{OURS}")).text
    assert "It is made on " in page
    assert "runs of 2, 1000 a second, each stopped after 60 seconds" in page
    assert (await viewer.get(f"/broadcasts/broadcast-{THEIRS}")).status_code == 404


async def test_one_under_way_shows_its_waves_and_the_pool(office: Office, signed_in: SignedIn) -> None:
    stores = office.runtime.stores
    message = await stores.messages.get(OURS, f"message-{OURS}")
    await stores.messages.remove(OURS, [message.id])
    for number, state in enumerate((MessageState.SENT, MessageState.QUEUED)):
        more = replace(message, id=f"wave-{number}", state=state)
        await stores.messages.save(OURS, more.id, more)
    fire = await stores.fires.get(OURS, f"fire-{OURS}")
    steps = (PlannedStep(step_id=message.step_id, planned=2, chunk_count=0),)
    await stores.fires.save(OURS, fire.id, replace(fire, steps=steps, chunks_stored=True))
    made = replace(
        await stores.broadcasts.get(OURS, f"broadcast-{OURS}"), state=BroadcastState.MADE, fire_id=fire.id
    )
    await stores.broadcasts.save(OURS, made.id, made)
    viewer = await signed_in(Role.VIEWER)
    page = (await viewer.get(f"/broadcasts/{made.id}")).text
    live = (await office.get(f"/v1/broadcasts/{made.id}")).json()
    assert (live["waves"][0]["planned"], live["waves"][0]["pending"], live["waves"][0]["sent"]) == (2, 1, 1)
    cells = [f'<td class="num">{live["waves"][0][name]}</td>' for name in ("planned", "pending", "sent")]
    assert f'<th scope="row">First</th>{"".join(cells)}' in page
    assert f'href="/fires/{fire.id}"' in page
