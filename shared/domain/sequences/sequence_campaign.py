"""A sequence as a campaign, which the send path knows: its window, its steps, what a reply does to it."""

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.step import Step
from shared.domain.contacts.contact_source import address_field
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.sequence import Sequence

NOBODY = PeopleAudience(include=())


def campaign_of(sequence: Sequence, audience: PeopleAudience = NOBODY) -> Campaign:
    """The campaign that it is to the send path; for `audience`, where people are brought in."""
    steps = tuple(
        Step(
            id=one.id,
            channel=CHANNEL,
            template_id=one.id,
            sender_id=sequence.mailbox_ids[0] if sequence.mailbox_ids else "",
            address_field=address_field(CHANNEL),
        )
        for one in sequence.steps
    )
    return Campaign(
        id=sequence.id,
        name=sequence.name,
        audience=audience,
        steps=steps,
        created_at=sequence.created_at,
        updated_at=sequence.created_at,
        state=CampaignState.READY,
        window=sequence.window,
        dedupe_scope=DedupeScope.FIRE,
        stop_at_answer=sequence.endings.at_reply,
        topic=sequence.topic,
    )
