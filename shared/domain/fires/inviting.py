"""What ties a step that invites to the one that waits: one reference for each recipient."""

from collections.abc import Container
from datetime import datetime, timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step, is_invited_to
from shared.domain.contacts.preference_link import INVITE_FIELD, Links
from shared.domain.fires.planned_times import Times
from shared.domain.fires.recipient import Recipient
from shared.domain.ids import computed_id
from shared.domain.messages.invite import WAITS, is_placeholder

# So long a message may wait for a cancelation where nothing says when the appointment is.
UNKNOWN_APPOINTMENT = timedelta(days=30)


class Inviting:
    """One step of one fire: whether others invite to it, and to which it invites."""

    def __init__(self, content: CampaignContent, step: Step, fired_at: datetime, links: Links | None) -> None:
        steps = content.campaign.steps
        self.is_invited_to = is_invited_to(steps, step.id)
        self._invites_to = None if step.invites_to is None else steps[step.invites_to]
        self._content = content
        self._step = step
        self._fired_at = fired_at
        self._links = links

    def reference(self, recipient: Recipient) -> str:
        """By what the recipient's message is found when somebody writes."""
        return self._reference(self._step, recipient)

    def waits_until(self, times: Times, about_at: datetime | None) -> datetime | None:
        """Until when a message of these times may wait for the person, or for the cancelation of what it is
        about; None where it waits for neither.
        """
        if self._step.tells_cancelation and times.skip is None:
            return times.not_after or about_at or times.opens_at + UNKNOWN_APPOINTMENT
        if not self.is_invited_to or times.skip is not None:
            return None
        ends = times.opens_at + WAITS
        return min(ends, times.not_after) if times.not_after else ends

    def opens_at(self, times: Times, waits_until: datetime | None, address: str) -> datetime:
        """When a message may go out: at its end, while nobody knows where to, or whether there is reason."""
        is_kept = is_placeholder(address) or self._step.tells_cancelation
        return waits_until if waits_until and is_kept else times.opens_at

    def reference_of(self, recipient: Recipient, waits_until: datetime | None) -> str | None:
        """The reference of a message that waits for the person; None of any other."""
        return self.reference(recipient) if waits_until and self.is_invited_to else None

    def linked(self, names: Container[str], recipient: Recipient) -> dict[str, str]:
        """The link by which the recipient opens the conversation, where a text names it."""
        step = self._invites_to
        link = step.channel.record.deep_link if step else None
        if step is None or link is None or INVITE_FIELD not in names:
            return {}
        sender = self._content.senders[step.sender_id]
        return {INVITE_FIELD: link(sender.address, sender.link_name, self._reference(step, recipient))}

    def _reference(self, step: Step, recipient: Recipient) -> str:
        about = (self._fired_at.isoformat(), step.id, recipient.key)
        return self._links.reference(*about) if self._links else computed_id(*about)
