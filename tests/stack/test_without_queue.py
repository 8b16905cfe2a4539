"""The stack without Pub/Sub: a campaign goes out from the processes that are asked for it, and ticks."""

import pytest

from infra.local.stack import Stack
from shared.domain.record import replace
from tests.kit.stack.office import campaign, open_office, settled, stack_options

pytestmark = pytest.mark.asyncio(loop_scope="session")
PEOPLE = [f"P{n},+1 212 555 {3000 + n},p{n}@example-clinic.com" for n in range(40)]


async def test_a_campaign_is_loaded_sent_and_closed_without_workers(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("without-queue")
    options = replace(stack_options(root), without_queue=True, tick_seconds=1)
    async with Stack(options) as stack, open_office(stack) as office:
        assert "send_batch" not in stack.hosts
        assert await office.api.get("/status") == {"way": "inline", "since": None}
        draft = await campaign(office, PEOPLE)
        await office.api.post(f"/campaigns/{draft['id']}/ready")
        fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
        report = await settled(office, fire["id"])
        assert report["ledger"]["sent"] == len(PEOPLE)
        accepted = [one for one in await office.simulator.messages() if not one["incoming"]]
        assert len({one["handset"] for one in accepted}) == len(accepted) == len(PEOPLE)
