"""What stories of every kind share: a company with providers of its own, on a clock that the story moves."""

import asyncio
from abc import abstractmethod
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from hypothesis.stateful import RuleBasedStateMachine

from infra.local.emulators import Emulators
from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import simulator_client
from infra.local.simulator.faults import Delays
from shared.domain.job import Job
from shared.runtime import Runtime
from shared.settings import Settings
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock

R = TypeVar("R")


class CompanyStory(RuleBasedStateMachine):
    """One company's life; a story says how it begins, what may happen and how it ends."""

    def __init__(self, clock: Clock, emulators: Emulators, folder: Path) -> None:
        super().__init__()
        self.clock = clock
        self.is_broken = False
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
            running_simulator(
                folder / "simulator.sqlite",
                delays=Delays(receipt=0.01, slow=0.2, timeout=3),
                clock=lambda: self.clock.at.timestamp(),  # its history is compared with our clock
            )
        )
        simulator = await self._open.enter_async_context(simulator_client(address))
        settings = Settings(
            project_id=f"story-{uuid4().hex[:12]}",
            upload_bucket="uploads",
            public_url="http://127.0.0.1:9",  # nobody listens: receipts are given by the story
            signing_key="signing-key",
            secrets=str(folder / "secrets.json"),
            provider_base_urls=simulator.base_urls,
            caller_token="caller-token",
            storage_emulator_host=emulators.storage,
        )
        self.clinic = Clinic(Runtime(settings, self.clock), simulator)
        self.clinic.runs_jobs = False
        self.runtime = self.clinic.runtime
        await self.clinic.open()
        self._open.push_async_callback(self.clinic.close)
        await self.begin_more()

    @property
    def jobs(self) -> list[Job]:
        """Those that are announced and not taken."""
        return self.clinic.published

    @abstractmethod
    async def begin_more(self) -> None:
        """What this kind of story needs besides."""

    @abstractmethod
    async def end(self) -> None:
        """Nothing disturbs any more: the ticks and jobs bring everything to its end."""

    def teardown(self) -> None:
        """The story's end: what was left to do is done, and nothing is lost."""
        try:
            if not self.is_broken:
                self.act(self.end())
        finally:
            self._runner.run(self._open.aclose())
            self._runner.close()
