"""A story: something of days or hours that is shown on the running stack in a minute or two."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from msgspec import Struct, field

from infra.local.simulator.faults import Delays
from infra.local.stack import StackOptions
from infra.local.stage import Stage

TICK_SECONDS = 1.5  # less than the two seconds after which the functions close a connection that is kept
# A worker that got a batch waits for its start, by the machine's clock: so none is announced long before.
SETTINGS = {"ROLLCALL_PROVIDER_TIMEOUT_SECONDS": "5", "ROLLCALL_TICK_INTERVAL_SECONDS": "1"}


class Story(Struct, frozen=True, kw_only=True):
    """`tell` shows it and returns whether all came as told; `linger`, if any, goes on for whoever watches.

    `begins` says, for the machine's time, when by the stack's clock the story begins; from there the clock
    goes on by itself, and `tell` sets it forward (`stage.stack.clock`). `settings` are those of the functions
    that it changes, `delays` the providers'.
    """

    tell: Callable[[Stage], Awaitable[bool]]
    begins: Callable[[datetime], datetime]
    linger: Callable[[Stage], Awaitable[None]] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    delays: Delays = field(default_factory=Delays)

    def stack_options(self, now: datetime) -> StackOptions:
        """The stack that it is told on; `now` is the machine's time."""
        return StackOptions(
            tick_seconds=TICK_SECONDS,
            settings={**SETTINGS, **self.settings},
            simulator_delays=self.delays,
            begins_at=self.begins(now),
        )
