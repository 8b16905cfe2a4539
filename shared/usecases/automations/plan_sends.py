"""Plan what a send step sends to some enrollments: as a fire plans its messages, and with the same rules."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.sending import day_fire, once_per_enrollment, only_of, recipient_of
from shared.domain.automations.steps import SendStep
from shared.domain.contacts.opt_out import active
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import Planner
from shared.domain.fires.queueing import Arranged, Writes, arrange
from shared.domain.fires.starts import Starts
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime
from shared.usecases.automations.load_round import Round
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.companies.make_links import make_links
from shared.usecases.sending.cap_plans import cap_plans
from shared.usecases.sending.reserve_start import reserve_start


class PlannedSends(Struct, frozen=True, kw_only=True):
    """The messages and failures of one send step for some enrollments, with the fire they belong to."""

    fire: Fire
    arranged: Arranged
    starts: Starts

    async def stored(
        self, runtime: Runtime, company_id: str, transaction: Transaction, enrollment_ids: set[str]
    ) -> dict[str, Message]:
        """The messages that these of the enrollments have of the step already: it came back after an edit."""
        ids = {one.key_id for one in only_of(self.arranged, enrollment_ids).messages}
        return await runtime.stores.messages.find_many(company_id, ids, transaction)

    async def writes(
        self,
        runtime: Runtime,
        company_id: str,
        transaction: Transaction,
        enrollment_ids: set[str],
        stored: Mapping[str, Message],
    ) -> Writes:
        """What is to be stored for these of the enrollments, by the refusals as they are now: no message
        that is `stored`.
        """
        ours = only_of(self.arranged, enrollment_ids)
        refusals = await runtime.stores.opt_outs.find_many(company_id, ours.opt_out_ids(), transaction)
        return ours.missing(stored, {}, (), active(refusals.values()), {}, self.starts, is_canceled=False)


async def plan_sends(
    runtime: Runtime, company_id: str, round: Round, step: SendStep, enrollments: Sequence[Enrollment]
) -> PlannedSends:
    """Plan the step, as all these enrollments have it, for now."""
    automation, now = round.automation, round.now
    content_hash = round.version_of(enrollments[0]).contents[step.id]
    content = await runtime.stores.campaign_contents.frozen(company_id, automation.id, content_hash)
    fire, links = day_fire(content, now), make_links(runtime, company_id)
    planner = Planner(content, content.campaign.steps[0], now, fire.fired_at, now, links)
    plans = [
        planner.plan(recipient_of(one.id, round.contacts[one.contact_id], content.field_types))
        for one in enrollments
    ]
    rules = await find_rules(runtime, company_id, content)
    plans = await cap_plans(runtime, company_id, content, rules.cap, plans, fire.id)
    arranged = once_per_enrollment(arrange(company_id, fire, content, plans, rules.narrowing))
    opening = content.opening(now)
    starts = Starts(
        now=now,
        reserved_at=opening,
        opening=opening,
        recipients_before=0,
        chunk_id="",
        dispatch_until=now + timedelta(seconds=runtime.settings.dispatch_ahead_seconds),
    )
    return PlannedSends(
        fire=fire, arranged=arranged, starts=await _reserved(runtime, company_id, arranged, starts)
    )


async def _reserved(runtime: Runtime, company_id: str, arranged: Arranged, starts: Starts) -> Starts:
    """With the sender's time reserved; asked again for the same messages, the same."""
    ids = [one.key_id for one in arranged.messages if one.plan.skip is None]
    if not ids:
        return starts
    content = arranged.content
    sender = content.senders[content.campaign.steps[0].sender_id]
    at = await reserve_start(runtime, company_id, arranged.fire.id, sender, starts.opening, ids)
    return replace(starts, reserved_at=at)
