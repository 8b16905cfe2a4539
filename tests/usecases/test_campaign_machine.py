"""Stories of campaigns that nobody thought of: any commands, jobs, news and crashes in any order.

CAMPAIGN_STORIES=300 CAMPAIGN_STEPS=40 tells more and longer ones, new ones each time.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra.local.emulators import Emulators
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import simulator_client
from infra.local.simulator.faults import Delays
from infra.local.simulator.outcomes import Answer
from shared.domain.campaign import Campaign, CampaignState, Schedule, ScheduleKind
from shared.domain.errors import Conflict, InvalidInput, NotFound, RollcallError
from shared.domain.file import FileState
from shared.domain.fire import Fire
from shared.domain.job import IngestFile, Job, SendBatch
from shared.domain.message import SETTLED, Message, MessageState, SkipReason
from shared.domain.reply import ReplyMeaning
from shared.domain.sending import RANKS, Receipt, ReceiptKind
from shared.faults import Point
from shared.runtime import Runtime
from shared.settings import Settings
from shared.usecases import ingest_file
from shared.usecases.cancel_campaign import cancel_campaign
from shared.usecases.dispatch_due_batches import dispatch_due_batches
from shared.usecases.fire_campaign import fire_campaign
from shared.usecases.fire_due_campaigns import fire_due_campaigns
from shared.usecases.mark_ready import mark_ready
from shared.usecases.pause_campaign import pause_campaign
from shared.usecases.receive_reply import ANSWERABLE_FOR
from shared.usecases.record_receipt import record_receipt
from shared.usecases.reopen_campaign import reopen_campaign
from shared.usecases.resume_campaign import resume_campaign
from shared.usecases.run_job import run_job
from shared.usecases.save_campaign import create_campaign, edit_campaign
from shared.usecases.sweep_stalled_work import sweep_stalled_work
from tests.builders import a_campaign, a_step, a_template
from tests.usecases.campaign_deaths import DEADLY, DEADLY_IN_COMMANDS, Death, Moment, dying
from tests.usecases.campaign_look import Look, look_around
from tests.usecases.campaign_model import (
    BODIES,
    BY_ITSELF,
    GOOD_DIGITS,
    CampaignBook,
    FileBook,
    Line,
    Model,
    pick,
    soon,
)
from tests.usecases.clinic import Clinic, Clock, csv_of

R = TypeVar("R")
START = datetime(2026, 11, 23, 14, 0, 30, tzinfo=UTC)
ADDRESSES = tuple(f"+1212555{digits}" for digits in GOOD_DIGITS)
# What a message may have become between two looks; what is settled for good stays as it is.
_S = MessageState
ENDS = frozenset({_S.SENT, _S.FAILED, _S.SKIPPED})

numbers = st.integers(0, 7)
template_ids = st.sampled_from(("plain", "named"))
campaign_ids = st.sampled_from(("north", "north", "north", "south"))
moments: st.SearchStrategy[Moment] = st.sampled_from(("before", "after"))
lines = st.builds(
    Line,
    st.sampled_from(("Ana", "Ben", "Ana", "Ben", "")),
    st.sampled_from((*GOOD_DIGITS, *GOOD_DIGITS, *GOOD_DIGITS, "", "12")),
    st.sampled_from((*[False] * 7, True)),
)
deaths_in_commands = st.none() | st.tuples(st.sampled_from(DEADLY_IN_COMMANDS), moments)
files = st.lists(lines, min_size=4, max_size=6).map(tuple)


class Story(RuleBasedStateMachine):
    """One company's life. Every rule acts on the real use cases and on the model; then all is compared."""

    def __init__(self, emulators: Emulators, folder: Path) -> None:
        super().__init__()
        self.model = Model()
        self.is_broken = False
        self.silent: set[str] = set()
        self.refused: set[str] = set()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._open = AsyncExitStack()
        place = folder / uuid4().hex
        place.mkdir()
        self.act(self._begin(emulators, place))

    def act(self, what: Coroutine[Any, Any, R]) -> R:
        """Do it on the story's own event loop, and remember when it fails."""
        try:
            return self._runner.run(what)
        except BaseException:
            self.is_broken = True
            raise

    async def _begin(self, emulators: Emulators, folder: Path) -> None:
        address = await self._open.enter_async_context(
            running_simulator(folder / "simulator.sqlite", delays=Delays(receipt=0.01, slow=0.2, timeout=3))
        )
        simulator = await self._open.enter_async_context(simulator_client(address))
        settings = Settings(
            project_id=f"story-{uuid4().hex[:12]}",
            upload_bucket="uploads",
            public_url="http://127.0.0.1:9",  # nobody listens: receipts are given by the story
            signing_key="signing-key",
            secrets=str(folder / "secrets.json"),
            twilio_base_url=simulator.address,
            sendgrid_base_url=simulator.address,
            caller_token="caller-token",
            storage_emulator_host=emulators.storage,
        )
        self.clock = Clock(START)
        self.clinic = Clinic(Runtime(settings, self.clock), simulator)
        self.clinic.runs_jobs = False
        self.runtime, self.jobs = self.clinic.runtime, self.clinic.published
        await self.clinic.open()
        self._open.push_async_callback(self.clinic.close)
        for name, (body, _) in BODIES.items():
            template = a_template(id=name, name=name, body=body)
            await self.clinic.stores.templates.save("acme", name, template)
        self.seen = await self._look()

    def teardown(self) -> None:
        """The story's end: what was left to do is done, and nothing is lost."""
        try:
            if not self.is_broken:
                self.act(self._end())
        finally:
            self._runner.run(self._open.aclose())
            self._runner.close()

    # Reading

    async def _look(self) -> Look:
        return await look_around(self.clinic, getattr(self, "seen", None))

    # People

    @initialize(
        lines=files,
        kind=st.sampled_from((*ScheduleKind, ScheduleKind.ON_DEMAND)),
        template_id=template_ids,
        steps=st.sampled_from((4, 3)),
    )
    def begin(self, lines: tuple[Line, ...], kind: ScheduleKind, template_id: str, steps: int) -> None:
        """Stories begin with a file and a campaign, and mostly with a fire whose jobs wait."""
        self.create("north", kind, template_id, 1)
        self.upload(lines, accepts_repeat=False, arrives=True)
        for step in range(1, steps):
            self.everything_holds()
            if step == 1:
                self.order("north", "ready", "", None)
            elif step == 2:
                self.fire("north", False, None)
            else:
                self.work([0], stays=False)

    @rule(
        campaign_id=campaign_ids,
        kind=st.sampled_from(ScheduleKind),
        template_id=template_ids,
        days=st.integers(0, 2),
    )
    def create(self, campaign_id: str, kind: ScheduleKind, template_id: str, days: int) -> None:
        """A new draft; one that exists stays as it is."""
        at = None if kind is ScheduleKind.ON_DEMAND else soon(self.clock.at, days)
        rule_text = "FREQ=DAILY" if kind is ScheduleKind.RECURRING else None
        campaign = a_campaign(
            id=campaign_id,
            steps=(a_step(template_id=template_id),),
            schedule=Schedule(kind=kind, at=at, rule=rule_text, time_zone="UTC"),
            created_at=self.clock.at,
            updated_at=self.clock.at,
        )
        self.act(create_campaign(self.runtime, "acme", campaign))
        aware = at.replace(tzinfo=UTC) if at else None
        self.model.campaigns.setdefault(
            campaign_id, CampaignBook(template_id=template_id, kind=kind, at=aware)
        )

    @rule(lines=files, accepts_repeat=st.booleans(), arrives=st.sampled_from((True, True, False)))
    def upload(self, lines: tuple[Line, ...], accepts_repeat: bool, arrives: bool) -> None:
        """A file, whose announcement arrives at once or lies with the other jobs."""
        self.act(self._upload(lines, accepts_repeat, arrives))

    async def _upload(self, lines: tuple[Line, ...], accepts_repeat: bool, arrives: bool) -> None:
        content = csv_of(*(line.cells for line in lines))
        file, job = await self.clinic.upload(content, accepts_repeat=accepts_repeat)
        self.model.files[file.id] = FileBook(lines=lines, accepts_repeat=accepts_repeat)
        if arrives:
            await self._run(job)
        else:
            self.jobs.append(job)

    @rule(
        campaign_id=campaign_ids,
        command=st.sampled_from(
            ("pause", "resume", "ready", "ready", "pause", "resume", "reopen", "edit", "cancel")
        ),
        template_id=st.sampled_from(("named", "plain", "none")),
        death=deaths_in_commands,
    )
    def order(self, campaign_id: str, command: str, template_id: str, death: Death | None) -> None:
        """Somebody wants something of a campaign, which may be out of place."""
        self.act(self._order(campaign_id, command, template_id, death))

    async def _order(self, campaign_id: str, command: str, template_id: str, death: Death | None) -> None:
        change = self._commands(template_id)[command]
        book = self.model.campaigns.get(campaign_id)
        if book is None:
            return await self._refuse(lambda: change(self.runtime, "acme", campaign_id), NotFound)
        following = book.after(command, self.clock.at)
        if following is None or (command == "edit" and template_id == "none"):
            return await self._refuse(
                lambda: change(self.runtime, "acme", campaign_id), Conflict, InvalidInput
            )
        with dying(death):
            await change(self.runtime, "acme", campaign_id)
            if command == "edit":
                book.template_id = template_id
        book.become(following)  # a death comes after the change itself: those points are no deadly ones
        return None

    def _commands(self, template_id: str) -> dict[str, Callable[[Runtime, str, str], Awaitable[object]]]:
        async def edit(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
            changes = {"steps": (a_step(template_id=template_id),)}
            return await edit_campaign(runtime, company_id, campaign_id, changes)

        return {
            "ready": mark_ready,
            "pause": pause_campaign,
            "resume": resume_campaign,
            "reopen": reopen_campaign,
            "cancel": cancel_campaign,
            "edit": edit,
        }

    async def _refuse(self, act: Callable[[], Awaitable[object]], *errors: type[RollcallError]) -> None:
        """What is out of place is refused with a reason, and changes nothing."""
        jobs = list(self.jobs)
        with pytest.raises(errors) as refused:
            await act()
        assert str(refused.value)
        assert await self._look() == self.seen
        assert jobs == self.jobs

    @rule(
        campaign_id=campaign_ids,
        repeat=st.booleans(),
        death=deaths_in_commands,
    )
    def fire(self, campaign_id: str, repeat: bool, death: Death | None) -> None:
        """Somebody presses "fire now"."""
        self.act(self._fire(campaign_id, repeat, death))

    async def _fire(self, campaign_id: str, repeat: bool, death: Death | None) -> None:
        book = self.model.campaigns.get(campaign_id)
        known = self.seen.campaigns.get(campaign_id)

        def press() -> Coroutine[Any, Any, Fire]:
            return fire_campaign(self.runtime, "acme", campaign_id, repeat=repeat)

        if book is None or known is None:
            return await self._refuse(press, NotFound)
        if not self.model.may_fire(campaign_id, known.content_hash, repeat=repeat):
            return await self._refuse(press, Conflict)
        with dying(death):
            await press()
        await self._note_fires({campaign_id: self.model.newest_file()}, at_least=death is None)
        return None

    async def _note_fires(self, expected: dict[str, str | None], *, at_least: bool) -> None:
        """One new fire a campaign, for the right file; all of them unless the process died."""
        stores = self.clinic.stores
        fires = {fire.id: fire for fire in (await stores.fires.page("acme", limit=1000)).items}
        new = {fire.campaign_id: fire for key, fire in fires.items() if key not in self.model.fires}
        assert len(new) == len(fires) - len(self.model.fires), "a campaign fired twice at once"
        assert new.keys() == expected.keys() if at_least else new.keys() <= expected.keys()
        for campaign_id, fire in new.items():
            assert fire.file_id == expected[campaign_id]
            made = self.model.fire_of(campaign_id, fire.content_hash, fire.file_id)
            assert fire.planned == made.planned
            self.model.fires[fire.id] = made
            self.model.campaigns[campaign_id].become(CampaignState.FIRING)

    # Ticks and time

    @rule(death=deaths_in_commands)
    def tick(self, death: Death | None) -> None:
        """The three ticks that move work on."""
        self.act(self._tick(death))

    async def _tick(self, death: Death | None) -> None:
        now = self.clock.at
        due = {
            key: self.model.file_of_tick(key)
            for key, campaign in self.seen.campaigns.items()
            if campaign.next_fire_at is not None
            and campaign.next_fire_at <= now
            and not self.model.campaigns[key].is_silent
        }
        with dying(death):
            await fire_due_campaigns(self.runtime, now)
        await self._note_fires(due, at_least=death is None)
        with dying(death):
            await dispatch_due_batches(self.runtime, now)
        with dying(death):
            await sweep_stalled_work(self.runtime, now)

    @rule(
        by=st.sampled_from(
            (timedelta(minutes=1), timedelta(minutes=11), timedelta(minutes=11), timedelta(days=1))
        )
    )
    def wait(self, by: timedelta) -> None:
        """Time passes: after eleven minutes leases are over, and what was announced counts as lost."""
        self.clock.at += by

    # Workers

    async def _run(self, job: Job, death: Death | None = None) -> None:
        """A worker takes the job; it waits for a batch's start as workers do."""
        self.clock.at += timedelta(seconds=1)
        if isinstance(job, SendBatch):
            # Two chunks that collide may announce a batch that came to be another one.
            batch = await self.clinic.stores.batches.find("acme", job.batch_id)
            until = self.clock.at + timedelta(seconds=self.runtime.settings.tick_interval_seconds)
            if batch is not None and self.clock.at < batch.planned_start <= until:
                self.clock.at = batch.planned_start
        with dying(death):
            await run_job(self.runtime, job)
        if isinstance(job, IngestFile):
            await self._note_file(job.object_name.split("/")[3], is_sure=death is None)

    async def _note_file(self, file_id: str, *, is_sure: bool) -> None:
        file = await self.clinic.stores.files.get("acme", file_id)
        book = self.model.files[file_id]
        if file.state in (FileState.LOADED, FileState.REFUSED):
            self.model.load(file_id)
            assert (file.state is FileState.REFUSED) == book.is_refused
            assert book.is_refused or file.row_count == len(book.rows)
        else:
            lease = file.lease_until
            assert not is_sure or (lease is not None and lease > self.clock.at), "nobody loads it"

    @precondition(lambda self: self.jobs)
    @rule(picks=st.lists(numbers, min_size=1, max_size=6), stays=st.sampled_from((False, False, True)))
    def work(self, picks: list[int], stays: bool) -> None:
        """Jobs are delivered in any order; one that stays is delivered again."""
        self.act(self._work(picks, stays))

    async def _work(self, picks: list[int], stays: bool) -> None:
        for number in picks:
            if self.jobs:
                place = number % len(self.jobs)
                await self._run(self.jobs[place] if stays else self.jobs.pop(place))

    @rule()
    def go_on(self) -> None:
        """Nothing out of the ordinary happens for a while."""
        self.act(self._work([0] * len(self.jobs), stays=False))
        self.everything_holds()
        self.act(self._tick(None))

    @precondition(lambda self: self.jobs)
    @rule(number=numbers, point=st.sampled_from(DEADLY), moment=moments)
    def die(self, number: int, point: Point, moment: Moment) -> None:
        """A worker dies, and what it had taken is delivered again."""
        self.model.is_disturbed = True
        self.act(self._run(self.jobs[number % len(self.jobs)], (point, moment)))

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
        tasks = [self._run(job) for job in jobs if not isinstance(job, IngestFile)]
        book = self.model.campaigns.get(campaign_id)
        if stop is not None:
            address = self._somebody(stop, _S.QUEUED, _S.SENDING)
            await self._write(address, "Stop please", together_with=tasks)
        elif command and book is not None and book.after(command, self.clock.at) is not None:
            change = self._commands("named")[command]
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

    # The provider and the people written to

    @rule(
        answer=st.sampled_from(
            (Answer.THROTTLED, Answer.ERROR, Answer.ERROR_ACCEPTED, Answer.RESET_ACCEPTED)
        ),
        count=st.integers(1, 2),
    )
    def disturb(self, answer: Answer, count: int) -> None:
        """The provider answers the next calls that way."""
        self.model.is_disturbed |= answer is not Answer.THROTTLED
        self.act(self.clinic.simulator.ask_fault("twilio", answer, count=count))

    @rule(number=numbers, body=st.sampled_from(("STOP", "stop it please")))
    def refuse(self, number: int, body: str) -> None:
        """Somebody says no, mostly somebody whose message is on its way."""
        self.act(self._write(self._somebody(number, _S.QUEUED, _S.SENDING), body))

    @rule(number=numbers, body=st.sampled_from(("START", "1", "2", "who is this?")))
    def answer(self, number: int, body: str) -> None:
        """Somebody writes back, mostly somebody who was written to."""
        self.act(self._write(self._somebody(number, _S.SENT), body))

    def _somebody(self, number: int, *states: MessageState) -> str:
        messages = self.seen.messages.values()
        wanted = sorted({message.address for message in messages if message.state in states})
        return pick(wanted or ADDRESSES, number)

    async def _write(self, address: str, body: str, together_with: Any = ()) -> None:
        open_questions = [
            message.id
            for message in self.seen.messages.values()
            if message.address == address
            and message.state is _S.SENT
            and message.disposition is None
            and message.sent_at is not None
            and message.sent_at > self.clock.at - ANSWERABLE_FOR
        ]
        reply, *_ = await asyncio.gather(self.clinic.write(address, body), *together_with)
        if body.casefold().startswith("stop"):
            assert reply.meaning is ReplyMeaning.OPT_OUT
            self.model.refused.add(address)
            self.model.ever_refused.add(address)
        elif body == "START":
            assert reply.meaning is ReplyMeaning.OPT_IN
            self.model.refused.discard(address)
        elif body in ("1", "2") and len(open_questions) == 1:
            assert (reply.meaning, reply.message_id) == (ReplyMeaning.ANSWER, open_questions[0])
        else:
            assert reply.meaning is ReplyMeaning.UNCLEAR

    @precondition(lambda self: self.seen.accepted)
    @rule(
        number=numbers,
        kinds=st.lists(
            st.sampled_from([kind for kind in ReceiptKind if kind is not ReceiptKind.UNKNOWN]),
            min_size=1,
            max_size=3,
        ),
    )
    def receive(self, number: int, kinds: list[ReceiptKind]) -> None:
        """Receipts for what the provider has, in any order; one that dies half-way comes again."""
        self.act(self._receive(number, kinds))

    async def _receive(self, number: int, kinds: list[ReceiptKind]) -> None:
        message_id, address, _ = self.seen.accepted[number % len(self.seen.accepted)]
        for kind in kinds:
            receipt = Receipt(message_id=message_id, kind=kind, event_id=f"{message_id} {kind}")
            assert await record_receipt(self.runtime, "acme", receipt)
            if kind in (ReceiptKind.OPTED_OUT, ReceiptKind.COMPLAINED):
                self.model.refused.add(address)
                self.model.ever_refused.add(address)

    # What must hold after every rule

    @invariant()
    def everything_holds(self) -> None:
        """Compare what there is with the model and with what there was before."""
        self.act(self._compare())

    async def _compare(self) -> None:
        self.clock.at += timedelta(seconds=1)
        now = await self._look()
        self._check_campaigns(now)
        for message in now.messages.values():
            self._check_message(self.seen.messages.get(message.id), message)
        assert self.seen.messages.keys() <= now.messages.keys()
        self._check_accepted(now)
        assert now.fires.keys() == self.model.fires.keys()
        for fire_id in now.fires:
            self._check_fire(fire_id, now)
        self.seen = now
        self.silent = self.model.silent_campaigns()
        self.refused = set(self.model.refused)

    def _check_campaigns(self, now: Look) -> None:
        assert now.campaigns.keys() == self.model.campaigns.keys()
        for key, campaign in now.campaigns.items():
            book = self.model.campaigns[key]
            if campaign.state is not book.state:
                assert (book.state, campaign.state) in BY_ITSELF, (book.state, campaign.state)
                assert campaign.last_fire_id is not None
                book.become(campaign.state)
            if campaign.state is CampaignState.SENT:
                ledger, all_planned = now.ledgers[campaign.last_fire_id or ""]
                assert all_planned
                assert (ledger.pending, ledger.unknown) == (0, 0)

    def _check_message(self, before: Message | None, message: Message) -> None:
        assert (message.address, message.body) in self.model.fires[message.fire_id].texts
        if before is None:
            return
        if before.state in ENDS:
            assert message.state is before.state
        if before.state is _S.UNKNOWN:
            assert message.state in (_S.UNKNOWN, _S.SENT, _S.FAILED)
        if before.delivery is not None:
            assert message.delivery is not None
            assert RANKS[before.delivery] <= RANKS[message.delivery]
        assert before.disposition in (None, message.disposition)

    def _check_accepted(self, now: Look) -> None:
        old = len(self.seen.accepted)
        assert now.accepted[:old] == self.seen.accepted
        for message_id, address, body in now.accepted[old:]:
            message = now.messages[message_id]
            assert (message.address, message.body) == (address, body)
            assert address not in self.refused, "sent after STOP"
            assert message.campaign_id not in self.silent, "sent while paused or canceled"
        copies = Counter((now.messages[key].fire_id, address, body) for key, address, body in now.accepted)
        assert all(count == 1 for count in copies.values()), "sent twice"
        for message_id, _, _ in now.accepted:
            assert now.messages[message_id].state in (_S.SENDING, _S.SENT, _S.UNKNOWN)

    def _check_fire(self, fire_id: str, now: Look) -> None:
        book, (ledger, all_planned) = self.model.fires[fire_id], now.ledgers[fire_id]
        assert ledger.is_balanced, ledger
        assert min(ledger.sent, ledger.skipped, ledger.failed, ledger.unknown, ledger.pending) >= 0
        if now.fires[fire_id].is_closed:
            assert all_planned
            assert ledger.pending == 0
        if all_planned:
            messages = now.of_fire(fire_id)
            assert len(messages) + book.failing == book.planned, "a row was lost"
            firsts = Counter((m.address, m.body) for m in messages if m.reason != SkipReason.DUPLICATE)
            assert firsts == Counter(book.texts), "everybody's text is planned once"

    # The end

    async def _end(self) -> None:
        """Nothing disturbs any more: the ticks and jobs bring everything to its end."""
        await self.clinic.simulator.clear_faults()
        for campaign_id, book in self.model.campaigns.items():
            if book.state is CampaignState.PAUSED:
                await self._order(campaign_id, "resume", "", None)
        await self._compare()
        for _ in range(12):
            await self._work([0] * len(self.jobs), stays=False)
            self.clock.at += timedelta(minutes=11)
            now = self.clock.at
            await dispatch_due_batches(self.runtime, now)
            await sweep_stalled_work(self.runtime, now)
            await self._compare()
            if not self.jobs and all(fire.is_closed for fire in self.seen.fires.values()):
                break
        else:
            raise AssertionError(f"never quiet: {self.jobs}")
        for message in self.seen.messages.values():
            self._check_end(message)

    def _check_end(self, message: Message) -> None:
        is_canceled = self.model.campaigns[message.campaign_id].state is CampaignState.CANCELED
        accepted = [key for key, _, _ in self.seen.accepted].count(message.id)
        assert message.state in SETTLED
        if message.state is _S.SENT:
            assert accepted == 1
        if message.state in (_S.UNKNOWN, _S.FAILED):
            assert self.model.is_disturbed
        if message.state is _S.SKIPPED:
            excuses = {
                SkipReason.DUPLICATE: True,
                SkipReason.OPTED_OUT: message.address in self.model.ever_refused,
                SkipReason.CANCELED: is_canceled,
            }
            assert excuses[SkipReason(message.reason or "")]


@pytest.mark.timeout(1800)
def test_stories_of_campaigns(emulators: Emulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in emulators.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ingest_file, "ROWS_PER_CHUNK", 2)  # so that a small file makes several chunks
    stories = int(os.environ.get("CAMPAIGN_STORIES", "0"))
    run_state_machine_as_test(
        lambda: Story(emulators, tmp_path),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=stories or 10,
            stateful_step_count=int(os.environ.get("CAMPAIGN_STEPS", "15")),
            derandomize=not stories,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
