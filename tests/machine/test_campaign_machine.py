"""Stories of campaigns that nobody thought of: any commands, jobs, news and crashes in any order.

CAMPAIGN_STORIES=300 CAMPAIGN_STEPS=40 tells more and longer ones, new ones each time.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from infra.local.emulators import Emulators
from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.campaign import CampaignState, UnknownPolicy
from shared.domain.campaigns.schedule import ScheduleKind
from shared.usecases.files import read_blocks
from shared.usecases.fires import store_chunks
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.machine.campaign_decisions import Decisions
from tests.machine.campaign_model import Line
from tests.machine.campaign_news import News
from tests.machine.campaign_orders import files, template_ids
from tests.machine.campaign_work import Work


class Campaigns(Work, News, Decisions):
    """All rules, the beginning and the end."""

    @initialize(
        lines=files,
        kind=st.sampled_from((*ScheduleKind, ScheduleKind.ON_DEMAND)),
        template_id=template_ids,
        policy=st.sampled_from(UnknownPolicy),
        steps=st.sampled_from((4, 5, 5, 3)),
        answer=st.sampled_from((Answer.ERROR, Answer.ERROR_ACCEPTED)),
    )
    def begin(
        self,
        lines: tuple[Line, ...],
        kind: ScheduleKind,
        template_id: str,
        policy: UnknownPolicy,
        steps: int,
        answer: Answer,
    ) -> None:
        """Stories begin with a file and a campaign, mostly with a fire whose jobs wait, or went wrong."""
        self.create("north", kind, template_id, policy, 1)
        self.upload(lines, accepts_repeat=False, arrives=True)
        for step in range(1, steps):
            self.everything_holds()
            if step == 1:
                self.order("north", "ready", "", None)
            elif step == 2:
                self.fire("north", False, None)
            elif step == 3:
                self.work([0], stays=False)
            else:
                self.disturb(answer, 2)
                self.work([0] * 4, stays=False)

    async def end(self) -> None:
        """Nothing disturbs any more: the ticks and jobs bring everything to its end."""
        await self.clinic.simulator.clear_faults()
        for campaign_id, book in self.model.campaigns.items():
            if book.state is CampaignState.PAUSED:
                await self.command(campaign_id, "resume", "", None)
        await self.compare()
        await self._until_quiet()
        await self._reconcile(timedelta(hours=5), None)
        await self.compare()
        await self._until_quiet()
        self.checks(self.seen).at_the_end()

    async def _until_quiet(self) -> None:
        for _ in range(12):
            await self.deliver([0] * len(self.jobs), stays=False)
            self.clock.at += timedelta(minutes=11)
            now = self.clock.at
            await dispatch_due_batches(self.runtime, now)
            await sweep_stalled_work(self.runtime, now)
            await self.compare()
            if not self.jobs and all(fire.is_closed for fire in self.seen.fires.values()):
                return
        raise AssertionError(f"never quiet: {self.jobs}")


@pytest.mark.timeout(1800)
def test_stories_of_campaigns(emulators: Emulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in emulators.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(read_blocks, "ROWS_PER_CHUNK", 2)  # so that a small file makes several chunks
    monkeypatch.setattr(store_chunks, "CHUNKS_AT_ONCE", 1)  # so that workers go on with them
    stories = int(os.environ.get("CAMPAIGN_STORIES", "0"))
    run_state_machine_as_test(
        lambda: Campaigns(emulators, tmp_path),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=stories or 12,
            stateful_step_count=int(os.environ.get("CAMPAIGN_STEPS", "18")),
            derandomize=not stories,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # a try takes seconds: to shrink a story would take an hour
            suppress_health_check=list(HealthCheck),
        ),
    )
