"""A preview in the making: plans, shown by what queueing would write of them, and counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut
from shared.domain.fires.cost import CURRENCY, estimated_cost
from shared.domain.fires.deciding import DecidedMessage, KeyedMessage, decide, keyed
from shared.domain.fires.planning import Plan, PlannedFailure, Planner
from shared.domain.fires.preview import Preview, PreviewedMessage, PreviewState, Verdict
from shared.domain.fires.recipient import Recipient
from shared.domain.messages.message import SkipReason

SKIP_REASONS = {
    SkipReason.DUPLICATE: "Another row gives the same message to the same person.",
    SkipReason.EXPIRED: "The time after which it is of no use has passed.",
    SkipReason.WINDOW_CLOSED: "The contact window does not open before it is of no more use.",
    SkipReason.OPTED_OUT: "The person has opted out.",
    SkipReason.CANCELED: "A later file of the source canceled or moved the appointment.",
    SkipReason.BOUNCED: "Nothing reaches this address: an earlier message came back for good.",
}


Planned = list[tuple[int, KeyedMessage | PlannedFailure]]  # with the recipient's position


def messages_of(plans: Planned) -> list[KeyedMessage]:
    """Those of the plans that are messages."""
    return [plan for _, plan in plans if isinstance(plan, KeyedMessage)]


class PreviewMaking:
    """A preview in the making: recipients come piece by piece, in order."""

    def __init__(self, preview_id: str, content: CampaignContent, now: datetime) -> None:
        self._preview_id = preview_id
        self._now = now
        self._planners = [Planner(content, step, now) for step in content.campaign.steps]
        self._owners: dict[str, str] = {}
        self._position = 0
        self.totals = _Totals()

    def planned(self, recipients: Sequence[Recipient]) -> Planned:
        """What is planned for these recipients: one plan a step, with the ids that queueing would give."""
        plans: Planned = []
        for recipient in recipients:
            self._position += 1
            plans += [(self._position, self._keyed(planner.plan(recipient))) for planner in self._planners]
        return plans

    def _keyed(self, plan: Plan) -> KeyedMessage | PlannedFailure:
        return plan if isinstance(plan, PlannedFailure) else keyed(self._preview_id, plan)

    def shown(
        self, plans: Planned, opt_outs: Mapping[str, OptOut], withdrawn: Mapping[str, str]
    ) -> Iterator[PreviewedMessage]:
        """How each plan is shown, counted. `opt_outs` and `withdrawn` are as `decide` takes them."""
        decided = decide(messages_of(plans), self._owners, opt_outs, withdrawn=withdrawn)
        for position, plan in plans:
            if isinstance(plan, PlannedFailure):
                yield self.totals.counted(_previewed_failure(position, plan))
                continue
            channel = plan.plan.step.channel
            parts = channel.record.units(plan.plan.body)
            shown = _previewed_message(position, next(decided), parts, self._now)
            yield self.totals.counted(shown, channel)


@dataclass(slots=True)
class _Totals:
    """What the preview counts."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    opens_at: Counter[str] = field(default_factory=Counter)
    units: Counter[Channel] = field(default_factory=Counter)
    parts: int = 0

    def counted(self, shown: PreviewedMessage, channel: Channel | None = None) -> PreviewedMessage:
        """The same, counted; of what would go out with its parts."""
        self.counts[shown.verdict] += 1
        if shown.kind:
            self.reasons[f"{shown.verdict}: {shown.kind}"] += 1
        if shown.until is not None:
            self.opens_at[shown.until.isoformat()] += 1
        if channel is not None and shown.verdict.will_go_out:
            self.units[channel] += shown.parts
            self.parts += shown.parts
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
            parts=self.parts,
            estimated_cost=str(estimated_cost(self.units)),
            currency=CURRENCY,
        )


def _previewed_message(position: int, decided: DecidedMessage, parts: int, now: datetime) -> PreviewedMessage:
    """How a planned message is shown."""
    plan, skip = decided.keyed.plan, decided.skip
    waits = skip is None and plan.opens_at > now
    return PreviewedMessage(
        position=position,
        step_id=plan.step.id,
        verdict=Verdict.SKIPPED if skip else Verdict.WILL_WAIT if waits else Verdict.WILL_SEND,
        row_number=plan.recipient.row_number,
        contact_id=plan.recipient.contact_id,
        address=plan.address,
        subject=plan.subject,
        body=plan.body,
        parts=parts,
        until=plan.opens_at if waits else None,
        kind=skip or ("outside the contact window" if waits else ""),
        reason=_why_skipped(skip, decided.refusal) if skip else "",
    )


def _why_skipped(skip: SkipReason, refusal: OptOut | None) -> str:
    if refusal is None:
        return SKIP_REASONS[skip]
    day = f"{refusal.changed_at:%Y-%m-%d}"
    return f"{SKIP_REASONS[skip]} Noted on {day}, source {refusal.source}. {refusal.text}".strip()


def _previewed_failure(position: int, failure: PlannedFailure) -> PreviewedMessage:
    """How a failure is shown."""
    return PreviewedMessage(
        position=position,
        step_id=failure.step.id,
        verdict=Verdict.MUST_BE_MENDED,
        row_number=failure.recipient.row_number,
        contact_id=failure.recipient.contact_id,
        kind=failure.kind,
        field=failure.field,
        value=failure.value,
        reason=failure.reason,
    )
