"""The time zones of a recipient: where they may be reached, and where the times of their row are."""

from dataclasses import dataclass

from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.phone_numbers import zones_of_written
from shared.domain.errors import RollcallError
from shared.domain.files.source import FieldType
from shared.domain.fires.recipient import Recipient
from shared.domain.place import find_all_zones, main_zone


class ZoneInvalid(RollcallError):
    """A field that names the zone names none; the message says what would do."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(
            f"The field {field!r} must be a time zone such as America/New_York, or a US state such as NJ."
        )
        self.field, self.text = field, text


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientZones:
    """`window` are all zones in which the contact window must be open. `times` is the one in which a date or
    time without an offset is read, and `shown` the one in which those with an offset are shown.
    """

    window: tuple[str, ...]
    times: str
    shown: str


def zones_of(content: CampaignContent, recipient: Recipient, year: int) -> RecipientZones:
    """The recipient's zones. Raises ZoneInvalid.

    Where the source names a field for them, its zone holds for all three; of several the main one for times.
    A campaign's `window.time_zone_field` goes before it, for the window alone: it says where the person is,
    and the source's where the appointment is. Where neither names a zone, it is the company's.
    """
    home = content.company_time_zone
    own = _named(content, recipient, content.time_zone_field)
    asked = content.campaign.window.time_zone_field
    window = (_named(content, recipient, asked) if asked else own) or (home,)
    shown = recipient.time_zone or (main_zone(own, home, year) if own else home)
    return RecipientZones(window=window, times=shown if content.time_zone_field else window[0], shown=shown)


def _named(content: CampaignContent, recipient: Recipient, field: str | None) -> tuple[str, ...]:
    """All zones that a field names; none when it is empty, or a number of which nothing is known."""
    text = recipient.values.get(field, "") if field else ""
    if not field or not text:
        return ()
    if content.field_types.get(field) is FieldType.PHONE:
        return zones_of_written(text, content.field_regions.get(field, content.default_region))
    zones = find_all_zones(text)
    if not zones:
        raise ZoneInvalid(field, text)
    return zones
