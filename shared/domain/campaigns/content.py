"""A campaign's content: everything it renders from, frozen under a hash."""

from datetime import datetime

from msgspec import Struct, field

from shared.domain.campaigns import window
from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.step import Step
from shared.domain.channels.channel import Channel
from shared.domain.files.source import FieldType
from shared.domain.senders.sender import Sender
from shared.domain.templates.provider_content import ProviderContent
from shared.domain.templates.template import Template


class CampaignContent(Struct, frozen=True, kw_only=True):
    """Everything a campaign renders from, frozen when the campaign was marked ready.

    `rows_hash` tells the rows of the file it names from those that the file has after a change.
    `text_fills_gaps`: where a row has nothing for a word of the dedupe key, the text decides. It is false in
    contents of version 1, whose rows had the day of the fire there, or nothing.
    `time_zone_field` is the source's: it names each row's own zone. `company_values` are the company's fields
    for templates. `contents` are what providers keep for templates that are made from it, by template.
    """

    content_hash: str
    campaign: Campaign
    templates: dict[str, Template]
    senders: dict[str, Sender]
    field_types: dict[str, FieldType]
    field_regions: dict[str, str]
    dedupe_key: tuple[str, ...]
    company_time_zone: str
    default_region: str
    allows_possible_numbers: bool = False
    rows_hash: str = ""
    text_fills_gaps: bool = False
    time_zone_field: str | None = None
    company_values: dict[str, str] = field(default_factory=dict)
    contents: dict[str, ProviderContent] = field(default_factory=dict)

    def step(self, step_id: str) -> Step:
        """The campaign's step with this id. Raises StopIteration for one that it does not have."""
        return next(step for step in self.campaign.steps if step.id == step_id)

    def leaves_voicemail(self, step_id: str) -> bool:
        """Whether a machine that takes the step's call gets its text. What answers a person has no step."""
        step = next((step for step in self.campaign.steps if step.id == step_id), None)
        return step is not None and self.templates[step.template_id].leaves_voicemail

    def carries_files(self, channel: Channel) -> bool:
        """Whether messages on the channel may be given to its provider with files."""
        return not channel.record.provider_fetches_media and any(
            template.media_urls for template in self.templates.values() if template.channel == channel
        )

    def opening(self, at: datetime) -> datetime:
        """When the contact window first opens at the company, from `at` on; `at` for one that never does.

        From there on a sender's time is reserved.
        """
        return window.next_open(self.campaign.window, (self.company_time_zone,), at) or at
