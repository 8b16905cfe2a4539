"""A test: a step's message as the person of a real row would get it, to an address of who asks for it."""

from datetime import datetime, timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step
from shared.domain.contacts.preference_link import Links, link_fields
from shared.domain.errors import InvalidInput
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.recipient_zones import ZoneInvalid, zones_of
from shared.domain.fires.standing import Answer
from shared.domain.fires.texts import NotPlanned, Renderer, Texts
from shared.domain.messages.purpose import Purpose

TESTED_WITHIN = timedelta(hours=1)  # who waits for a test looks at their phone now
MARK = "[Test] "  # before the subject; a text has no room for it, and is the very text that will be sent


def tested_step(content: CampaignContent, step_id: str | None) -> Step:
    """The step with this id; without one, the first. Raises InvalidInput."""
    steps = content.campaign.steps
    found = next((one for one in steps if step_id in (None, one.id)), None)
    if found is None:
        raise InvalidInput.at("step_id", "is no step of this campaign")
    return found


def tested_texts(
    content: CampaignContent, step: Step, recipient: Recipient, address: str, links: Links, year: int
) -> Texts:
    """What the recipient would be told, with links that are made for the address it goes to.

    Raises InvalidInput where the row cannot become a message.
    """
    renderer = Renderer(content, step)
    linked = link_fields(links, renderer.fields, step.channel, address, content.campaign.topic)
    try:
        zone = zones_of(content, recipient, year).shown
        return renderer.render({**recipient.values, **linked}, zone)
    except (NotPlanned, ZoneInvalid) as failed:
        raise InvalidInput.at("row_number", f"cannot become a message: {failed}") from failed


def own_test(texts: Texts, step: Step, message_id: str, now: datetime) -> Answer:
    """The test itself. Files beside its text stay out: they are looked at when a campaign is checked."""
    subject = f"{MARK}{texts.subject}" if step.channel.record.has_subject else texts.subject
    return Answer(
        id=message_id,
        purpose=Purpose.TEST,
        text=texts.body,
        subject=subject,
        not_after=now + TESTED_WITHIN,
        html=texts.html,
        content=texts.content,
    )
