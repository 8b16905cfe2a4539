"""What sends from a sender, and what waits for it: what a pause of it stops."""

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from msgspec import Struct

from shared.domain.automations.automation import Automation, definition_in
from shared.domain.automations.state import HEARING, MOST_AUTOMATIONS
from shared.domain.automations.steps import SendStep, every_step
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.messages.message import MessageState
from shared.domain.sequences.mailbox import Mailbox
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence import MOST_SEQUENCES, Sequence, SequenceState
from shared.firestore.kit.query import Match
from shared.firestore.queries.automations import AUTOMATIONS_IN_STATE
from shared.firestore.queries.lists import CAMPAIGNS, MESSAGES
from shared.firestore.queries.sequences import SCHEDULED_EMAILS
from shared.runtime import Runtime

MOST_COUNTED = 100_000  # of each kind of thing that waits
LOOKED_AT = 300  # campaigns that are not over, the newest
NAMED = 10
_NOT_OVER = (
    *(CampaignState.READY, CampaignState.SCHEDULED, CampaignState.FIRING),
    *(CampaignState.PAUSED, CampaignState.NEEDS_ATTENTION),
)
_One = TypeVar("_One", Campaign, Sequence, Automation)


class Users(Struct, frozen=True, kw_only=True):
    """How many there are of a kind, and the id and name of the first of them."""

    count: int
    named: tuple[tuple[str, str], ...]


class SenderUse(Struct, frozen=True, kw_only=True):
    """`messages` wait for the sender, and `emails` of sequences for its `mailbox`, where it is one.

    Neither is counted beyond MOST_COUNTED. The campaigns are ready, planned, being sent or paused: the newest
    LOOKED_AT of these, where there are more (`has_more_campaigns`). The sequences and automations send, or
    are paused.
    """

    messages: int
    emails: int
    mailbox: Mailbox | None
    campaigns: Users
    has_more_campaigns: bool
    sequences: Users
    automations: Users


async def get_sender_use(runtime: Runtime, company_id: str, sender_id: str) -> SenderUse:
    """Who uses the sender: so many questions whatever there is of each. Raises NotFound."""
    stores = runtime.stores
    await stores.senders.get(company_id, sender_id)
    states = tuple(Match("state", state) for state in _NOT_OVER)
    mailbox, messages, emails, campaigns, sequences, automations = await asyncio.gather(
        stores.mailboxes.find(company_id, sender_id),
        _waiting_messages(runtime, company_id, sender_id),
        _waiting_emails(runtime, company_id, sender_id),
        stores.campaigns.newest(company_id, CAMPAIGNS, limit=LOOKED_AT + 1, matches=(states,)),
        stores.sequences.page(company_id, limit=MOST_SEQUENCES),
        stores.automations.some(company_id, AUTOMATIONS_IN_STATE, HEARING, limit=MOST_AUTOMATIONS),
    )
    sending = (SequenceState.ACTIVE, SequenceState.PAUSED)
    return SenderUse(
        messages=messages,
        emails=emails,
        mailbox=mailbox,
        campaigns=_users(one for one in campaigns[:LOOKED_AT] if sender_id in _senders_of(one)),
        has_more_campaigns=len(campaigns) > LOOKED_AT,
        sequences=_users(
            one for one in sequences.items if sender_id in one.mailbox_ids and one.state in sending
        ),
        automations=_users(one for one in automations if sender_id in _senders_in(one)),
    )


async def _waiting_messages(runtime: Runtime, company_id: str, sender_id: str) -> int:
    matches = ((Match("sender_id", sender_id),), (Match("state", MessageState.QUEUED),))
    return await runtime.stores.messages.count_newest(
        company_id, MESSAGES, most=MOST_COUNTED, matches=matches
    )


async def _waiting_emails(runtime: Runtime, company_id: str, mailbox_id: str) -> int:
    """Those that have their time, and are not on the queue: what is there is a message already."""
    matches = ((Match("mailbox_id", mailbox_id),), (Match("status", EmailStatus.PENDING),))
    return await runtime.stores.scheduled_emails.count_newest(
        company_id, SCHEDULED_EMAILS, most=MOST_COUNTED, matches=matches
    )


def _senders_of(campaign: Campaign) -> set[str]:
    return {step.sender_id for step in campaign.steps}


def _senders_in(automation: Automation) -> set[str]:
    """Those that the published version sends from."""
    if not automation.live:
        return set()
    steps = every_step(definition_in(automation.live).steps)
    return {step.sender_id for step in steps if isinstance(step, SendStep)}


def _users(found: Iterable[_One]) -> Users:
    every = list(found)
    return Users(count=len(every), named=tuple((one.id, one.name) for one in islice(every, NAMED)))
