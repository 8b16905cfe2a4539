"""Standing fires: what answers a single person goes out through them, on the same way as any message.

A campaign's fire plans its messages; a standing one plans nothing. Each sender has one a day (UTC), under a
content of its own, and every answer is one message and one batch of it: claimed, let go, sent and recorded as
all are. Its books are counted from its messages, so they close without anybody writing to the fire.

What people of the company have sent to themselves, as a test, goes the same way through fires of their own,
so that no report counts it.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.freezing import frozen
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.fires.fire import Fire, PlannedStep
from shared.domain.ids import computed_id
from shared.domain.messages.message import Message, rendering_hash, said
from shared.domain.messages.packing import packed
from shared.domain.messages.purpose import ANSWERING, TESTING, Purpose
from shared.domain.senders.sender import Sender
from shared.domain.templates.provider_content import FilledContent

# No company has a campaign with one of these ids: theirs are random.
STANDING_CAMPAIGN, TEST_CAMPAIGN = "answers", "tests"
_NAMES = {STANDING_CAMPAIGN: "Answers", TEST_CAMPAIGN: "Tests"}
_EVER = datetime(2026, 1, 1, tzinfo=UTC)
_ALWAYS = ContactWindow(opens=time(0, 0), closes=time(0, 0))


class Answer(Struct, frozen=True, kw_only=True):
    """A text for one person: under which id, what for, and until when it is of use.

    `about` is the message it is about, if it is about one; `reply_id` the reply that asks for it. It is not
    sent while the answer of the id `unless`, if there is one, is younger than HELPED_FOR. `html` and
    the provider's format `content` are as messages have them.
    """

    id: str
    purpose: Purpose
    text: str
    not_after: datetime
    subject: str = ""
    about: Message | None = None
    reply_id: str | None = None
    unless: str | None = None
    html: str = ""
    content: FilledContent | None = None

    @property
    def campaign_id(self) -> str:
        """Under which of the standing campaigns it goes out."""
        return TEST_CAMPAIGN if self.purpose in TESTING else STANDING_CAMPAIGN


def standing_content(
    sender: Sender, company: Company, campaign_id: str = STANDING_CAMPAIGN
) -> CampaignContent:
    """What a sender's standing fire sends from: the sender as it is, at any time of day."""
    campaign = Campaign(
        id=campaign_id,
        name=_NAMES[campaign_id],
        audience=PeopleAudience(include=()),
        steps=(),
        created_at=_EVER,
        updated_at=_EVER,
        state=CampaignState.READY,
        window=_ALWAYS,
        dedupe_scope=DedupeScope.FIRE,
    )
    content = CampaignContent(
        content_hash="",
        campaign=campaign,
        templates={},
        senders={sender.id: sender},
        field_types={},
        field_regions={},
        dedupe_key=(),
        company_time_zone=company.time_zone,
        default_region=company.default_region,
        text_fills_gaps=True,
    )
    return frozen(content, None)


def standing_fire(content: CampaignContent, sender_id: str, now: datetime) -> Fire:
    """The sender's standing fire of the day. Nothing of it is ever open: it waits for nobody."""
    day, campaign_id = now.astimezone(UTC).date(), content.campaign.id
    purposes = TESTING if campaign_id == TEST_CAMPAIGN else ANSWERING
    return Fire(
        id=standing_fire_id(content.content_hash, sender_id, day, campaign_id),
        campaign_id=campaign_id,
        slot=f"{sender_id} {day.isoformat()}",
        content_hash=content.content_hash,
        fired_at=datetime.combine(day, time(0), UTC),
        steps=tuple(PlannedStep(step_id=purpose, planned=0, chunk_count=0) for purpose in purposes),
        chunks_stored=True,
        is_closed=True,
        is_standing=True,
    )


def standing_fire_id(
    content_hash: str, sender_id: str, day: date, campaign_id: str = STANDING_CAMPAIGN
) -> str:
    """Computed, so that storing it twice stores it once. One with other steps is another fire."""
    purposes = TESTING if campaign_id == TEST_CAMPAIGN else ANSWERING
    return computed_id(campaign_id, sender_id, content_hash, day.isoformat(), *purposes)


def answer_message(
    fire: Fire, sender: Sender, address: str, time_zone: str, answer: Answer, now: datetime
) -> Message:
    """The answer as a message of the standing fire, sealed as all are."""
    about = answer.about
    return Message(
        id=answer.id,
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        step_id=answer.purpose,
        recipient_key="",
        chunk_id="",
        sender_id=sender.id,
        channel=sender.channel,
        address=address,
        body=answer.text,
        subject=answer.subject,
        packed_html=packed(answer.html),
        content=answer.content,
        rendering_hash=rendering_hash(
            fire.content_hash,
            sender.channel,
            address,
            *said(answer.subject, answer.text, answer.html, content=answer.content),
        ),
        time_zones=about.time_zones if about else (time_zone,),
        created_at=now,
        contact_id=about.contact_id if about else None,
        not_after=answer.not_after,
        purpose=answer.purpose,
        answer_to=answer.reply_id,
        earlier=about.id if about and sender.channel.record.has_subject else None,
        in_thread=about is not None and sender.channel.record.has_subject,
    )


def answer_subject(channel: Channel, subjects: Iterable[str], name: str) -> str:
    """The subject of an answer, where the channel has one: that of the message it is about, or the name."""
    if not channel.record.has_subject:
        return ""
    found = next((text for text in subjects if text), name)
    return found if found.casefold().startswith("re:") else f"Re: {found}"


# 47 CFR 64.1200(a)(12): a confirmation within five minutes needs no proof that it was still agreed to.
CONFIRMED_WITHIN = timedelta(minutes=5)
ANSWERED_WITHIN = timedelta(hours=1)  # what comes later confuses more than it says
HELPED_FOR = timedelta(hours=1)
WRITTEN_WITHIN = timedelta(days=1)  # what a person writes may wait for a sender that is paused
