"""A campaign: the definition of who gets what, when, and what they may answer."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.campaigns.approval import CampaignApproval
from shared.domain.campaigns.audience import Audience, PeopleAudience
from shared.domain.campaigns.dedupe import Question
from shared.domain.campaigns.dedupe_scope import DedupeScope, Scope, scope_of
from shared.domain.campaigns.reply_option import ReplyOption
from shared.domain.campaigns.schedule import Schedule
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.campaigns.step import Step
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.frequency_cap import FrequencyCap
from shared.domain.errors import Conflict
from shared.domain.files.row_filter import RowFilter
from shared.domain.senders.run_limits import RunLimits
from shared.domain.templates.message_filter import MessageFilter


class CampaignState(StrEnum):
    """Where a campaign is in its life. `ARROWS` says what may follow what."""

    DRAFT = "draft"
    READY = "ready"  # frozen; waits for "fire now"
    SCHEDULED = "scheduled"  # frozen; a tick will fire it
    FIRING = "firing"
    PAUSED = "paused"
    SENT = "sent"
    NEEDS_ATTENTION = "needs_attention"
    CANCELED = "canceled"


_S = CampaignState
ARROWS: dict[CampaignState, frozenset[CampaignState]] = {
    _S.DRAFT: frozenset({_S.READY, _S.SCHEDULED, _S.CANCELED}),
    _S.READY: frozenset({_S.DRAFT, _S.FIRING, _S.PAUSED, _S.CANCELED}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.FIRING, _S.PAUSED, _S.CANCELED}),
    _S.FIRING: frozenset({_S.SCHEDULED, _S.READY, _S.PAUSED, _S.SENT, _S.NEEDS_ATTENTION, _S.CANCELED}),
    _S.PAUSED: frozenset({_S.READY, _S.SCHEDULED, _S.FIRING, _S.NEEDS_ATTENTION, _S.CANCELED}),
    _S.SENT: frozenset({_S.FIRING, _S.NEEDS_ATTENTION}),
    _S.NEEDS_ATTENTION: frozenset({_S.SCHEDULED, _S.FIRING, _S.PAUSED, _S.SENT, _S.CANCELED}),
    _S.CANCELED: frozenset(),
}


def check_arrow(current: CampaignState, following: CampaignState) -> None:
    """Raise Conflict unless a campaign may go from `current` to `following`."""
    if following not in ARROWS[current]:
        raise Conflict(f"A campaign that is {current} cannot become {following}.")


class UnknownPolicy(StrEnum):
    """What becomes of a message whose outcome stays unknown after the quiet period."""

    HOLD = "hold"  # it waits for a person
    RESEND = "resend"  # a second copy is better than none
    GIVE_UP = "give_up"  # it counts as failed


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign's definition and where it is in its life.

    `expires_field` is "no use after": the row's field (such as the appointment time) after which a message
    must not be sent. `dedupe_scope` and `dedupe_days` are as stated; None leaves it to the default (see
    `scope`). `send_again` names who gets it whatever was sent before. `questions` are
    what its dedupe key left open when it was saved. `content_hash` is set while the
    campaign is frozen. `fire_refusal` is why it did not start when its time came; empty once it has.
    Rows that `row_filter` does not take are not planned. Answers that come later than `answers_close_minutes`
    before what a message is about begins are left to a person. With `stop_at_answer` whoever has answered a
    step gets no further one, but for steps that follow on an answer. `topic` is what kind of message it is,
    one of the company's topics: whoever has refused that gets none of it. Empty: no kind.
    `frequency_cap` takes the place of the company's; with `ignores_frequency_cap` there is none. With `runs`
    its messages leave in short runs; without, as fast as its senders may. With `asks_together` the rows of
    one address are asked in one message, with a number each. `approval` says who made it ready, and who else
    approved it; it ends when it is a draft again. With `pause_at_percent` a fire pauses by itself when so
    many of its messages came to nothing (see error_limit.py).
    """

    id: str
    name: str
    audience: Audience
    steps: tuple[Step, ...]
    created_at: datetime
    updated_at: datetime
    state: CampaignState = CampaignState.DRAFT
    window: ContactWindow = field(default_factory=ContactWindow)
    schedule: Schedule = field(default_factory=Schedule)
    reply_options: tuple[ReplyOption, ...] = ()
    expires_field: str | None = None
    filters: tuple[MessageFilter, ...] = ()
    row_filter: RowFilter | None = None
    dedupe_key: tuple[str, ...] | None = None
    dedupe_scope: DedupeScope | None = None
    dedupe_days: int | None = None
    send_again: SendAgain = NOBODY_AGAIN
    content_hash: str | None = None
    next_fire_at: datetime | None = None
    last_fire_id: str | None = None
    paused_from: CampaignState | None = None
    unknown_policy: UnknownPolicy = UnknownPolicy.HOLD
    fire_refusal: str = ""
    questions: tuple[Question, ...] = ()
    answers_close_minutes: int = 0
    stop_at_answer: bool = True
    topic: str = ""
    frequency_cap: FrequencyCap | None = None
    ignores_frequency_cap: bool = False
    runs: RunLimits | None = None
    asks_together: bool = False
    approval: CampaignApproval | None = None
    pause_at_percent: int | None = None

    @property
    def scope(self) -> Scope:
        """Among which messages none may be the same twice: as stated, or the default."""
        return scope_of(self.dedupe_scope, self.dedupe_days, self.schedule, is_for_people=self.is_for_people)

    @property
    def is_for_people(self) -> bool:
        """Whether its audience are contacts, and not the rows of files."""
        return isinstance(self.audience, PeopleAudience)

    @property
    def may_still_fire(self) -> bool:
        """Whether it is frozen and not at its end."""
        return self.state not in (CampaignState.DRAFT, CampaignState.SENT, CampaignState.CANCELED)
