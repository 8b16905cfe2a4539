"""Where the plan of a company's sequences stands: who works on it, what it came to, when to look again."""

from datetime import datetime, timedelta

from msgspec import Struct, field

from shared.domain.job import PlanSequences
from shared.domain.sequences.plan_change import Replanning

PLAN_ID = "plan"  # a company has one, as its sequences share their mailboxes
LOOK_AGAIN = timedelta(minutes=5)
# What is new waits so long to be planned together; nothing goes out on the day it comes up.
PLAN_AGAIN = timedelta(hours=1)


class SequencePlan(Struct, frozen=True, kw_only=True):
    """A company's plan. While `is_active` it is looked at again at `due_at`.

    `asked_at` is when somebody last wanted it planned at once, `planned_at` when it last was. What people
    wrote or refused is known up to `heard_until`. `finishes_at` is when each sequence ends by the plan;
    `packed_loads` are its emails by mailbox and day, as compressed JSON (see load.py). `replanning` is how
    far it was brought up to what was changed last. `silent_ids` are mailboxes that could not send when it was
    looked at last.
    """

    id: str = PLAN_ID
    is_active: bool = True
    due_at: datetime | None = None
    asked_at: datetime | None = None
    planned_at: datetime | None = None
    heard_until: datetime | None = None
    finishes_at: dict[str, datetime] = field(default_factory=dict)
    packed_loads: bytes = b""
    unplaced: int = 0
    replanning: Replanning | None = None
    silent_ids: tuple[str, ...] = ()
    lease_token: str | None = None
    lease_until: datetime | None = None
    attempt: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether somebody waits for it to be planned."""
        asked, planned = self.asked_at, self.planned_at
        return asked is not None and (planned is None or asked >= planned)

    def is_to_be_planned(self, now: datetime) -> bool:
        """Whether what is new is planned now, and not together with what comes later."""
        is_time = self.planned_at is None or now >= self.planned_at + PLAN_AGAIN
        return is_time or self.is_asked or self.is_changing

    @property
    def is_changing(self) -> bool:
        """Whether people are moved, as something was changed."""
        return self.replanning is not None and self.replanning.is_open


def plan_job(company_id: str) -> PlanSequences:
    """The job that goes on with the company's plan."""
    return PlanSequences(company_id=company_id)
