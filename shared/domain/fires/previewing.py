"""A preview in the making: plans, shown by what queueing would write of them, and counted."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.send_again import NOBODY_AGAIN, SendAgain
from shared.domain.campaigns.step import AtOnce, OnlyIf
from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import CHANNEL_WIDE, Narrowing
from shared.domain.companies.frequency_cap import FrequencyCap
from shared.domain.contacts.opt_out import OptOut
from shared.domain.contacts.preference_link import Links
from shared.domain.errors import Problem
from shared.domain.files.withdrawal import WithdrawnBy
from shared.domain.fires.cost import CURRENCY, estimated_cost
from shared.domain.fires.deciding import DecidedMessage, KeyedMessage, decide, keyed
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.planning import FilteredOut, Plan, PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.preview import (
    Preview,
    PreviewedMessage,
    PreviewedRow,
    PreviewState,
    Verdict,
)
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.step_begins import expected_begin
from shared.domain.fires.unready import held_back, problems_of
from shared.domain.messages.failure import SHOWN_LENGTH
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.skipping import SKIP_WORDS
from shared.domain.place import main_zone
from shared.domain.record import replace

_ONLY_IF = {
    OnlyIf.NOT_ANSWERED: "If the person has not answered by then.",
    OnlyIf.NOT_DELIVERED: "If no earlier step has reached the person by then.",
    OnlyIf.DELIVERED_NOT_ANSWERED: "If an earlier step has reached the person and was not answered by then.",
    OnlyIf.ANSWERED_WITH: "If the person has given an answer by then that this step follows on.",
    OnlyIf.APPOINTMENT_CANCELED: "If its appointment is canceled by then, it goes out at once.",
}
_FOR_THE_PERSON = "waits for the person to write"
_FOR_A_CANCELATION = "waits for a cancelation"
_FOR_ROOM = "the person has had as many as the frequency cap allows"
# What is planned, with the recipient's position.
Planned = list[tuple[int, KeyedMessage | PlannedFailure | FilteredOut]]


def messages_of(plans: Planned) -> list[KeyedMessage]:
    """Those of the plans that are messages."""
    return [plan for _, plan in plans if isinstance(plan, KeyedMessage)]


class PreviewMaking:
    """A preview in the making: recipients come piece by piece, in order."""

    def __init__(
        self,
        preview_id: str,
        content: CampaignContent,
        now: datetime,
        send_again: SendAgain = NOBODY_AGAIN,
        recipient_count: int = 0,
        narrowing: Narrowing = CHANNEL_WIDE,
        links: Links | None = None,
        cap: FrequencyCap | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        """`recipient_count` is how many there are in all: when a later step begins depends on it.

        `cap` is for who applies it to the plans. `problems` keep the campaign from being made ready.
        """
        self.cap = cap
        self._preview_id = preview_id
        self._now = now
        self._narrowing = narrowing
        self._is_chosen = (send_again or content.campaign.send_again).chooser()
        self._time_zone = content.company_time_zone
        self._rows: dict[str, PreviewedRow] = {}  # who has the message with this id
        self._planners = [
            Planner(
                content, step, now, began_at=expected_begin(content, step, now, recipient_count), links=links
            )
            for step in content.campaign.steps
        ]
        self._owners: dict[str, str] = {}
        self._refused = problems_of(content.campaign.steps, problems)
        self._position = 0
        self.totals = _Totals()

    @property
    def planners(self) -> Sequence[Planner]:
        """What plans each step."""
        return self._planners

    def plans(self, recipients: Sequence[Recipient]) -> list[Plan]:
        """What is planned for these recipients: one plan a step."""
        return [planner.plan(recipient) for recipient in recipients for planner in self._planners]

    def placed(self, plans: Sequence[Plan]) -> Planned:
        """The plans of the next recipients, with their positions and the ids that queueing would give."""
        steps = len(self._planners)
        first, self._position = self._position + 1, self._position + len(plans) // steps
        return [(first + place // steps, self._keyed(plan)) for place, plan in enumerate(plans)]

    def _keyed(self, plan: Plan) -> KeyedMessage | PlannedFailure | FilteredOut:
        if not isinstance(plan, PlannedMessage):
            return plan
        is_again = self._is_chosen(plan.recipient.key)
        return keyed(self._preview_id, plan, sends_again=is_again, narrowing=self._narrowing)

    def shown(
        self,
        piece: int,
        plans: Planned,
        opt_outs: Mapping[str, OptOut],
        earlier: Mapping[str, EarlierMessage],
        withdrawn: Mapping[str, WithdrawnBy],
        closed: Container[str] = frozenset(),
    ) -> Iterator[PreviewedMessage]:
        """How each plan of the piece with this number is shown, counted; pieces come in order.

        What is beside the plans is as `decide` takes it.
        """
        known = (self._owners, opt_outs, earlier)
        decided = decide(messages_of(plans), *known, withdrawn=withdrawn, closed=closed)
        for position, plan in plans:
            if isinstance(plan, PlannedFailure):
                yield self.totals.counted(_previewed_failure(position, plan))
                continue
            if isinstance(plan, FilteredOut):
                yield self.totals.counted(_previewed_filtered(position, plan))
                continue
            shown = self._previewed(piece, position, next(decided))
            hour = _local_hour(shown.until or self._now, plan.plan.where.zones, self._time_zone)
            yield self.totals.counted(shown, plan.plan.step.channel, hour)

    def _previewed(self, piece: int, position: int, decided: DecidedMessage) -> PreviewedMessage:
        recipient = decided.keyed.plan.recipient
        if decided.skip is None:
            self._rows[decided.id] = PreviewedRow(
                file_id=recipient.file_id, row_number=recipient.row_number, piece=piece
            )
        shown = _previewed_message(position, decided, self._now)
        shown = replace(
            shown,
            reason=decided.words(self._time_zone) or shown.reason,
            piece=piece,
            same_as=self._rows.get(decided.duplicate_of or ""),
        )
        problem = self._refused.get(shown.step_id)
        return held_back(shown, problem) if problem and shown.verdict.will_go_out else shown


class _Totals(Struct):
    """What the preview counts."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    opens_at: Counter[str] = field(default_factory=Counter)
    arrivals: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    warnings: Counter[str] = field(default_factory=Counter)
    units: Counter[Channel] = field(default_factory=Counter)
    parts: int = 0

    def counted(
        self, shown: PreviewedMessage, channel: Channel | None = None, hour: str = ""
    ) -> PreviewedMessage:
        """The same, counted; of what would go out with its parts, and the person's hour at which it does."""
        self.counts[shown.verdict] += 1
        if shown.kind:
            self.reasons[f"{shown.verdict}: {shown.kind}"] += 1
        if shown.until is not None:  # steps with times of their own have many: by the hour
            until = shown.until.replace(minute=0, second=0, microsecond=0) if shown.is_later else shown.until
            self.opens_at[until.isoformat()] += 1
        if channel is not None and shown.verdict.will_go_out:
            self.units[channel] += shown.parts
            self.parts += shown.parts
            self.warnings.update(shown.warnings)
            if shown.kind not in (_FOR_THE_PERSON, _FOR_A_CANCELATION):
                self.arrivals[hour][shown.verdict] += 1
        return shown

    def summed(self, preview: Preview) -> Preview:
        """The finished preview."""
        return replace(
            preview,
            state=PreviewState.DONE,
            percent=100,
            counts=dict(self.counts),
            reasons=dict(self.reasons),
            opens_at=dict(self.opens_at),
            arrivals={hour: dict(counts) for hour, counts in sorted(self.arrivals.items())},
            warnings=dict(self.warnings),
            parts=self.parts,
            estimated_cost=str(estimated_cost(self.units)),
            currency=CURRENCY,
        )


@lru_cache(maxsize=4096)  # most people of a campaign get it at a few moments, in a few zones
def _local_hour(moment: datetime, zones: tuple[str, ...], home: str) -> str:
    """The hour on the clock of somebody who may be in these zones: 09."""
    return f"{moment.astimezone(ZoneInfo(main_zone(zones, home, moment.year))):%H}"


def _previewed_message(position: int, decided: DecidedMessage, now: datetime) -> PreviewedMessage:
    """How a planned message is shown."""
    plan, skip = decided.keyed.plan, decided.skip
    waits = skip is None and plan.opens_at > now
    is_later = waits and not isinstance(plan.step.when, AtOnce)
    kind = "the time of a later step" if is_later else "outside the contact window" if waits else ""
    is_kept = skip is None and plan.waits_until is not None and plan.opens_at == plan.waits_until
    is_invited = is_kept and not plan.step.tells_cancelation
    kind = _FOR_ROOM if waits and plan.is_over_cap else kind
    kind = (_FOR_THE_PERSON if is_invited else _FOR_A_CANCELATION) if is_kept else kind
    return PreviewedMessage(
        position=position,
        step_id=plan.step.id,
        verdict=Verdict.SKIPPED if skip else Verdict.WILL_WAIT if waits else Verdict.WILL_SEND,
        row_number=plan.recipient.row_number,
        file_id=plan.recipient.file_id,
        contact_id=plan.recipient.contact_id,
        address="" if is_invited else plan.address,
        subject=plan.texts.subject,
        body=plan.texts.body,
        html=plan.texts.html,
        media_urls=plan.texts.media_urls,
        warnings=() if skip else tuple(_warnings(plan)),
        parts=plan.step.channel.record.billed(plan.texts.body, len(plan.texts.media_urls)),
        until=plan.opens_at if waits else None,
        kind=skip or kind,
        reason=_why_skipped(skip, decided.refusal) if skip else _why_waits(plan, is_invited=is_invited),
        is_later=is_later,
        before=decided.earlier,
    )


def _why_waits(plan: PlannedMessage, *, is_invited: bool) -> str:
    if is_invited:
        return "It goes out once the person writes by the link of the step that invites them."
    return _ONLY_IF.get(plan.step.only_if, "")


def _warnings(plan: PlannedMessage) -> Iterator[str]:
    shown, html = plan.step.channel.record.shown_html, plan.texts.html
    if shown is not None and len(html) * 4 > shown and len(html.encode()) > shown:
        yield f"The HTML part has more than {shown:,} bytes: Gmail clips it there, and links to the rest."


def _previewed_filtered(position: int, plan: FilteredOut) -> PreviewedMessage:
    """How a recipient is shown whom the row filter does not take."""
    return PreviewedMessage(
        position=position,
        step_id=plan.step.id,
        verdict=Verdict.FILTERED,
        row_number=plan.recipient.row_number,
        contact_id=plan.recipient.contact_id,
        kind="row filter",
        reason=plan.reason,
    )


def _why_skipped(skip: SkipReason, refusal: OptOut | None) -> str:
    if refusal is None:
        return SKIP_WORDS[skip]
    day = f"{refusal.changed_at:%Y-%m-%d}"
    return f"{SKIP_WORDS[skip]} Noted on {day}, source {refusal.source}. {refusal.text}".strip()


def _previewed_failure(position: int, failure: PlannedFailure) -> PreviewedMessage:
    """How a failure is shown."""
    return PreviewedMessage(
        position=position,
        step_id=failure.step.id,
        verdict=Verdict.MUST_BE_MENDED,
        row_number=failure.recipient.row_number,
        file_id=failure.recipient.file_id,
        contact_id=failure.recipient.contact_id,
        kind=failure.kind,
        field=failure.field,
        value=failure.value[:SHOWN_LENGTH],
        reason=failure.reason,
    )
