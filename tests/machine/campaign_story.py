"""One company's story: its world, and what every rule of the machine needs to act on it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from infra.local.emulators import Emulators
from shared.domain.errors import RollcallError
from shared.domain.files.file import FileState
from shared.domain.job import IngestFile, Job, SendBatch
from shared.domain.messages.message import MessageState
from shared.usecases.run_job import run_job
from tests.kit.builders import a_template
from tests.kit.clock import Clock
from tests.machine.campaign_checks import Checks
from tests.machine.campaign_deaths import DEADLY_IN_COMMANDS, Death, Moment, dying
from tests.machine.campaign_look import Look, look_around
from tests.machine.campaign_model import BODIES, GOOD_DIGITS, Model, pick
from tests.machine.company_story import CompanyStory

R = TypeVar("R")
START = datetime(2026, 11, 23, 14, 0, 30, tzinfo=UTC)
ADDRESSES = tuple(f"+1212555{digits}" for digits in GOOD_DIGITS)

numbers = st.integers(0, 7)
campaign_ids = st.sampled_from(("north", "north", "north", "south"))
moments: st.SearchStrategy[Moment] = st.sampled_from(("before", "after"))
deaths_in_commands = st.none() | st.tuples(st.sampled_from(DEADLY_IN_COMMANDS), moments)


class Story(CompanyStory):
    """One company's life. Every rule acts on the real use cases and on the model; then all is compared."""

    def __init__(self, emulators: Emulators, folder: Path) -> None:
        self.model = Model()
        self.silent: set[str] = set()
        self.refused: set[str] = set()
        super().__init__(Clock(START), emulators, folder)

    async def begin_more(self) -> None:
        """The templates, and what is seen before the first rule."""
        for name, (body, _) in BODIES.items():
            template = a_template(id=name, name=name, body=body)
            await self.clinic.stores.templates.save("acme", name, template)
        self.seen = await self.look()

    async def look(self) -> Look:
        """All there is now."""
        return await look_around(self.clinic, getattr(self, "seen", None))

    async def run(self, job: Job, death: Death | None = None) -> None:
        """A worker takes the job; it waits for a batch's start as workers do."""
        self.clock.at += timedelta(seconds=1)
        if isinstance(job, SendBatch):
            # Two chunks that collide may announce a batch that came to be another one.
            batch = await self.clinic.stores.batches.find("acme", job.batch_id)
            until = self.clock.at + timedelta(seconds=self.runtime.settings.dispatch_ahead_seconds)
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
            self.model.load(file_id, file.loaded_at)
            assert (file.state is FileState.REFUSED) == book.is_refused
            assert book.is_refused or file.row_count == len(book.rows)
        else:
            lease = file.lease_until
            assert not is_sure or (lease is not None and lease > self.clock.at), "nobody loads it"

    async def must_refuse(self, act: Callable[[], Awaitable[object]], *errors: type[RollcallError]) -> None:
        """What is out of place is refused with a reason, and changes nothing."""
        jobs = list(self.jobs)
        with pytest.raises(errors) as refused:
            await act()
        assert str(refused.value)
        assert await self.look() == self.seen
        assert jobs == self.jobs

    def somebody(self, number: int, *states: MessageState) -> str:
        messages = self.seen.messages.values()
        wanted = sorted({message.address for message in messages if message.state in states})
        return pick(wanted or ADDRESSES, number)

    # What must hold after every rule

    @invariant()
    def everything_holds(self) -> None:
        """Compare what there is with the model and with what there was before."""
        self.act(self.compare())

    async def compare(self) -> None:
        """Hold what there is against the model and against what there was before."""
        self.clock.at += timedelta(seconds=1)
        now = await self.look()
        self.checks(now).all()
        self.seen = now
        self.silent = self.model.silent_campaigns()
        self.refused = set(self.model.refused)

    def checks(self, now: Look) -> Checks:
        return Checks(model=self.model, before=self.seen, now=now, silent=self.silent, refused=self.refused)
