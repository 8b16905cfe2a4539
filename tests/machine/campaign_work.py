"""What ticks and workers do, how they die, and how time passes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import ScheduleKind
from shared.domain.errors import Conflict
from shared.domain.files.file import FileState
from shared.domain.job import IngestFile
from shared.domain.messages.message import MessageState
from shared.faults import Point
from shared.runtime import Runtime
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.machine.campaign_deaths import DEADLY, Death, Moment, dying
from tests.machine.campaign_model import CampaignBook
from tests.machine.campaign_news import News
from tests.machine.campaign_orders import Orders
from tests.machine.campaign_story import campaign_ids, deaths_in_commands, moments, numbers


class Work(Orders, News):
    """The rules of ticks and workers."""

    @rule(death=deaths_in_commands)
    def tick(self, death: Death | None) -> None:
        """The three ticks that move work on."""
        self.act(self.ticks(death))

    async def ticks(self, death: Death | None) -> None:
        now = self.clock.at
        loading = await self._loading()
        due = {}
        for key, campaign in self.seen.campaigns.items():
            book = self.model.campaigns[key]
            if campaign.next_fire_at is None or campaign.next_fire_at > now or book.is_silent:
                continue
            since = book.created_at - timedelta(days=1)
            others_come = book.kind is ScheduleKind.RECURRING and any(at >= since for at in loading)
            files = self.model.files_of_tick(key, others_come=others_come)
            if files or not others_come:  # else it waits for them
                due[key] = files
        with dying(death):
            await fire_due_campaigns(self.runtime, now)
        await self.note_fires(due, at_least=death is None)
        with dying(death):
            await dispatch_due_batches(self.runtime, now)
        with dying(death):
            await sweep_stalled_work(self.runtime, now)

    async def _loading(self) -> list[datetime]:
        """When the files came that are still being loaded."""
        page = await self.clinic.stores.files.page("acme", limit=1000)
        return [file.created_at for file in page.items if file.state is FileState.LOADING]

    @rule(
        by=st.sampled_from(
            (timedelta(minutes=1), timedelta(minutes=11), timedelta(minutes=11), timedelta(days=1))
        )
    )
    def wait(self, by: timedelta) -> None:
        """Time passes: after eleven minutes leases are over, and what was announced counts as lost."""
        self.clock.at += by

    @precondition(lambda self: self.jobs)
    @rule(picks=st.lists(numbers, min_size=1, max_size=6), stays=st.sampled_from((False, False, True)))
    def work(self, picks: list[int], stays: bool) -> None:
        """Jobs are delivered in any order; one that stays is delivered again."""
        self.act(self.deliver(picks, stays))

    async def deliver(self, picks: list[int], stays: bool) -> None:
        for number in picks:
            if self.jobs:
                place = number % len(self.jobs)
                await self.run(self.jobs[place] if stays else self.jobs.pop(place))

    @rule()
    def go_on(self) -> None:
        """Nothing out of the ordinary happens for a while."""
        self.act(self.deliver([0] * len(self.jobs), stays=False))
        self.everything_holds()
        self.act(self.ticks(None))

    @precondition(lambda self: self.jobs)
    @rule(number=numbers, point=st.sampled_from(DEADLY), moment=moments)
    def die(self, number: int, point: Point, moment: Moment) -> None:
        """A worker dies, and what it had taken is delivered again."""
        self.model.is_disturbed = True
        self.act(self.run(self.jobs[number % len(self.jobs)], (point, moment)))

    @precondition(lambda self: self.jobs)
    @rule(number=numbers)
    def lose(self, number: int) -> None:
        """A job never arrives."""
        self.jobs.pop(number % len(self.jobs))

    @precondition(lambda self: self.jobs)
    @rule(
        picks=st.lists(numbers, min_size=2, max_size=3),
        stop=st.none() | numbers,
        command=st.sampled_from(("", "pause", "cancel")),
        campaign_id=campaign_ids,
    )
    def race(self, picks: list[int], stop: int | None, command: str, campaign_id: str) -> None:
        """Jobs are delivered at once, the same perhaps twice, as somebody writes STOP or presses a button."""
        self.act(self._race(picks, stop, command, campaign_id))

    async def _race(self, picks: list[int], stop: int | None, command: str, campaign_id: str) -> None:
        jobs = [self.jobs[number % len(self.jobs)] for number in picks]
        tasks = [self.run(job) for job in jobs if not isinstance(job, IngestFile)]
        book = self.model.campaigns.get(campaign_id)
        if stop is not None:
            address = self.somebody(stop, MessageState.QUEUED, MessageState.SENDING)
            await self.write(address, "Stop please", together_with=tasks)
        elif command and book is not None and book.after(command, self.clock.at) is not None:
            change = self.commands("named")[command]
            await asyncio.gather(self._pressed(change, campaign_id, book, command), *tasks)
        else:
            await asyncio.gather(*tasks)

    async def _pressed(
        self,
        change: Callable[[Runtime, str, str], Awaitable[object]],
        campaign_id: str,
        book: CampaignBook,
        command: str,
    ) -> None:
        """The last message may go out just before the button is pressed: then it is too late."""
        try:
            await change(self.runtime, "acme", campaign_id)
        except Conflict:
            assert book.state in (CampaignState.FIRING, CampaignState.NEEDS_ATTENTION)
            return
        now = await self.clinic.stores.campaigns.get("acme", campaign_id)
        book.become(CampaignState.PAUSED if command == "pause" else CampaignState.CANCELED)
        book.paused_from = now.paused_from
