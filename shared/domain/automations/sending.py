"""A send step as a campaign of one step: from there on its messages are as all others.

Each frozen text has a fire a day (UTC), which plans nothing: its books are counted from its messages.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from shared.domain.automations.automation import Automation, Definition
from shared.domain.automations.steps import SendStep
from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.step import Step
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import address_field, values_of
from shared.domain.fires.fire import Fire, PlannedStep
from shared.domain.fires.queueing import Arranged
from shared.domain.fires.recipient import Recipient
from shared.domain.ids import computed_id
from shared.domain.record import replace


def campaign_of(automation: Automation, definition: Definition, step: SendStep) -> Campaign:
    """What the step sends, as a campaign that nobody sees: under the automation's id."""
    return Campaign(
        id=automation.id,
        name=automation.name,
        audience=PeopleAudience(include=()),
        steps=(
            Step(
                id=step.id,
                channel=step.channel,
                template_id=step.template_id,
                sender_id=step.sender_id,
                address_field=step.address_field or address_field(step.channel),
            ),
        ),
        created_at=automation.created_at,
        updated_at=automation.created_at,
        state=CampaignState.READY,
        window=definition.window,
        dedupe_scope=DedupeScope.FIRE,
        stop_at_answer=False,
        topic=definition.topic,
    )


def day_fire(content: CampaignContent, now: datetime) -> Fire:
    """The day's fire of the text. Nothing of it is ever open: it waits for nobody."""
    day, campaign = now.astimezone(UTC).date(), content.campaign
    step_id = campaign.steps[0].id
    return Fire(
        id=computed_id("automation", campaign.id, step_id, content.content_hash, day.isoformat()),
        campaign_id=campaign.id,
        slot=f"{step_id} {day.isoformat()}",
        content_hash=content.content_hash,
        fired_at=datetime.combine(day, time(0), UTC),
        steps=(PlannedStep(step_id=step_id, planned=0, chunk_count=0),),
        chunks_stored=True,
        is_closed=True,
        is_standing=True,
    )


def recipient_of(enrollment_id: str, contact: Contact, names: Mapping[str, object]) -> Recipient:
    """Whom the message is for: the contact on this way through the automation. `names` are of its fields."""
    return Recipient(
        key=enrollment_id,
        values=values_of(contact, names),
        contact_id=contact.id,
        time_zone=contact.time_zone,
    )


def once_per_enrollment(arranged: Arranged) -> Arranged:
    """With ids by enrollment: on another way through the automation the same text is another message."""
    messages = tuple(
        replace(one, key_id=computed_id(one.plan.recipient.key, one.plan.step.id, "message"), text_id="")
        for one in arranged.messages
    )
    return replace(arranged, messages=messages)


def only_of(arranged: Arranged, enrollment_ids: set[str]) -> Arranged:
    """Those of these enrollments."""
    return replace(
        arranged,
        messages=tuple(one for one in arranged.messages if one.plan.recipient.key in enrollment_ids),
        failures=tuple(one for one in arranged.failures if one[1].recipient.key in enrollment_ids),
    )
