"""What a message is across fires: two with one identity say the same to the same person.

It holds the source, the channel, the parts of the dedupe key and the appointment's time, so that an
appointment at another time is another message. Where the key does not hold the text it also holds the
template: another template says something else. A campaign that uses one template in several steps says it
several times: the identity holds the how-manieth.
"""

from collections.abc import Sequence

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe import DedupeFacts, comparable_time
from shared.domain.campaigns.step import Step
from shared.domain.files.source import FieldType
from shared.domain.ids import computed_id
from shared.domain.templates.rendering import Compiled, fields_of

_TIMES = frozenset({FieldType.DATE, FieldType.TIME, FieldType.DATETIME})


class TimesOf:
    """Which of a row's fields are the appointment's time, for one step of one content.

    That is the campaign's `expires_field`. Without one it is every date and time that the text is made of; a
    text that tells none is told apart by all dates and times of the row.
    """

    def __init__(self, content: CampaignContent, *texts: Compiled) -> None:
        expires = content.campaign.expires_field
        times = sorted(name for name, kind in content.field_types.items() if kind in _TIMES)
        told = [name for name in times if any(name in fields_of(text) for text in texts)]
        self._fields = (expires,) if expires else tuple(told or times)

    def of(self, facts: DedupeFacts) -> tuple[str, ...]:
        """The row's times, as they are compared."""
        return tuple(comparable_time(facts.values.get(name, ""), facts.time_zone) for name in self._fields)


def step_place(campaign: Campaign, step: Step) -> int:
    """How many steps before this one use its template."""
    before = campaign.steps[: [one.id for one in campaign.steps].index(step.id)]
    return sum(one.template_id == step.template_id for one in before)


def message_identity(
    content: CampaignContent, step: Step, place: int, parts: Sequence[str], times: Sequence[str]
) -> str:
    """The identity of a message with these parts of its dedupe key, at these times."""
    says = "" if "text" in content.dedupe_key else step.template_id
    source_id = content.campaign.audience.source_id
    # The numbers of parts keep a part from being read as a time.
    lengths = f"{len(parts)} {len(times)}"
    return computed_id("identity", source_id, step.channel, says, place, lengths, *parts, *times)
