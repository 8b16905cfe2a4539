"""Whom of a fire its message did not reach, and who of them may get it again."""

import asyncio
from collections.abc import Collection, Sequence

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.step import OnlyIf
from shared.domain.companies.consent_rules import Narrowing
from shared.domain.contacts.opt_out import OptOut, active, holding
from shared.domain.contacts.verified import is_unverified
from shared.domain.fires.resending import NOT_DELIVERED, LeftOut, left_out, may_be_asked
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.forbidding import forbidding_message
from shared.domain.messages.message import Message, MessageState
from shared.firestore.kit.query import Query
from shared.firestore.queries.messages import STEP_MESSAGES, STEP_MESSAGES_BY_DELIVERY
from shared.runtime import Runtime

Judged = tuple[Message, LeftOut | None]


async def find_reached(
    runtime: Runtime, company_id: str, fire_id: str, campaign: Campaign, limit: int | None = None
) -> set[str]:
    """The messages in whose place a later step went out, one for whom no earlier step reached.

    With a limit, those of the first so many messages of each such step.
    """

    async def earlier(query: Query, step_id: str, value: str) -> set[str]:
        found = runtime.stores.messages.each_value(
            company_id, query, fire_id, step_id, value, field="earlier", limit=limit
        )
        return {
            item_id for text in [str(one) async for one in found if one] for item_id in apart(text) if item_id
        }

    reached = set[str]()
    for step in campaign.steps[1:]:
        if step.only_if is OnlyIf.NOT_DELIVERED:
            sent, *lost = await asyncio.gather(
                earlier(STEP_MESSAGES, step.id, MessageState.SENT),
                *(earlier(STEP_MESSAGES_BY_DELIVERY, step.id, one) for one in sorted(NOT_DELIVERED)),
            )
            reached |= sent.difference(*lost)
    return reached


async def judge_unreached(
    runtime: Runtime,
    company_id: str,
    messages: Sequence[Message],
    narrowing: Narrowing,
    reached: Collection[str],
) -> list[Judged]:
    """Those of the messages that may be asked for, each with why it is not sent again; None: it is.

    `reached` are the messages in whose place another one went out.
    """
    stores, now = runtime.stores, runtime.now()
    forbidding = {one.id: forbidding_message(one, narrowing) for one in messages}
    failures, opt_outs = await asyncio.gather(
        stores.failures.find_many(company_id, set(forbidding)),
        stores.opt_outs.find_many(company_id, {one for ids in forbidding.values() for one in ids}),
    )
    refusals: dict[str, OptOut] = active(opt_outs.values())
    return [
        (
            one,
            left_out(
                one,
                failures.get(one.id),
                holding(forbidding[one.id], refusals),
                now,
                is_unverified=is_unverified(one.channel, one.address, narrowing),
                is_reached=one.id in reached or one.resend_of in reached,
            ),
        )
        for one in messages
        if may_be_asked(one, failures.get(one.id))
    ]
