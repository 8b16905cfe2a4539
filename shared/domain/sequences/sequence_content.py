"""A sequence as the send path has it: the frozen content and the fire of a day that its emails belong to.

Each day (UTC) has one fire of each content of a sequence. It plans nothing: emails are handed over to it one
by one, so its books are counted from its messages, as those of a standing fire are.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from shared.domain.campaigns.company_fields import company_values
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.freezing import frozen
from shared.domain.companies.company import Company
from shared.domain.files.source import Source
from shared.domain.fires.fire import Fire, PlannedStep
from shared.domain.ids import computed_id
from shared.domain.senders.sender import Sender
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.sequence import Sequence, SequenceStep
from shared.domain.sequences.sequence_campaign import campaign_of
from shared.domain.templates.template import Template

THREAD_SUBJECT = "thread_subject"  # the field by which a step without a subject answers in the thread


def sequence_content(
    sequence: Sequence, company: Company, source: Source, senders: Mapping[str, Sender]
) -> CampaignContent:
    """What the emails are rendered from. `source` is that of contacts, `senders` are the mailboxes."""
    content = CampaignContent(
        content_hash="",
        campaign=campaign_of(sequence),
        templates={one.id: _template(sequence, one) for one in sequence.steps},
        senders=dict(senders),
        field_types={column.field: column.type for column in source.columns},
        field_regions={},
        dedupe_key=source.dedupe_key,
        company_time_zone=company.time_zone,
        default_region=company.default_region,
        text_fills_gaps=True,
        company_values=company_values(company),
    )
    return frozen(content, None)


def fire_of_day(content: CampaignContent, now: datetime) -> Fire:
    """The fire of the day. Nothing of it is ever open: it waits for nobody."""
    day = now.astimezone(UTC).date()
    return Fire(
        id=computed_id(content.campaign.id, "sequence", content.content_hash, day.isoformat()),
        campaign_id=content.campaign.id,
        slot=f"sequence {day.isoformat()}",
        content_hash=content.content_hash,
        fired_at=datetime.combine(day, time(0), UTC),
        steps=tuple(PlannedStep(step_id=one.id, planned=0, chunk_count=0) for one in content.campaign.steps),
        chunks_stored=True,
        is_closed=True,
        is_standing=True,
    )


def _template(sequence: Sequence, step: SequenceStep) -> Template:
    is_first = step == sequence.steps[0]
    return Template(
        id=step.id,
        name=f"{sequence.name}, step {step.position}",
        channel=CHANNEL,
        subject=step.subject if is_first or step.subject else f"Re: {{{{ {THREAD_SUBJECT} }}}}",
        body=step.content,
        html=step.html,
        created_at=sequence.created_at,
        updated_at=sequence.created_at,
    )
