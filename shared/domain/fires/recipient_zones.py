"""The time zones of a recipient: where they may be reached, and where the times of their row are."""

from functools import lru_cache

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.channels.phone_numbers import zones_of_written
from shared.domain.errors import RollcallError
from shared.domain.files.source import FieldType
from shared.domain.fires.recipient import Recipient
from shared.domain.messages.invite import is_placeholder
from shared.domain.place import apart, find_all_zones, main_zone, zones_in
from shared.domain.us_places import find_place


class ZoneInvalid(RollcallError):
    """A field that names the zone names none; the message says what would do."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(
            f"The field {field!r} must be a time zone such as America/New_York, or a US state such as NJ."
        )
        self.field, self.text = field, text


class RecipientZones(Struct, frozen=True, kw_only=True):
    """`window` are the zones in which the contact window must be open, as far as the row says them.

    `times` is the one in which a date or time without an offset is read, and `shown` the one in which those
    with an offset are shown.
    """

    window: tuple[str, ...]
    times: str
    shown: str


def zones_of(content: CampaignContent, recipient: Recipient, year: int) -> RecipientZones:
    """The recipient's zones. Raises ZoneInvalid.

    Where the source names a field for them, its zone holds for all three; of several the main one for times.
    A campaign's `window.time_zone_field` goes before it, for the window alone: it says where the person is,
    and the source's where the appointment is. Where neither names a zone, times are the company's.
    """
    home = content.company_time_zone
    own = _named(content, recipient, content.time_zone_field)
    asked = content.campaign.window.time_zone_field
    window = _named(content, recipient, asked) if asked else own
    shown = recipient.time_zone or (main_zone(own, home, year) if own else home)
    times = shown if content.time_zone_field else (window or (home,))[0]
    return RecipientZones(window=window, times=times, shown=shown)


class Where(Struct, frozen=True, kw_only=True):
    """Where a recipient may be: in all these zones the window must be open, and by the law of these places.

    `told_in` is the zone in which the text tells times, where that is not the first of `zones`.
    """

    zones: tuple[str, ...]
    places: tuple[str, ...]
    told_in: str


def where_of(
    content: CampaignContent,
    recipient: Recipient,
    zones: RecipientZones,
    kind: AddressKind,
    address: str,
    year: int,
) -> Where:
    """Where the recipient may be: never just where the company is, unless the campaign says so.

    The zones that the row names, else those in which the address may be, else the one that the campaign
    assumes, else all that are possible: every clock of the company's country, and its own.
    """
    rules = content.campaign.window
    is_known = not is_placeholder(address)  # who is invited to a chat may have no address there yet
    known = zones.window or (kind.zones(address) if is_known else ())
    possible = (content.company_time_zone, content.default_region, year)
    found = known or ((rules.assumed_time_zone,) if rules.assumed_time_zone else _possible(*possible))
    at = kind.place(address) if rules.keeps_quiet_hours and is_known else None
    places = _places(recipient, rules, at) if rules.keeps_quiet_hours else ()
    return Where(zones=found, places=places, told_in=zones.shown if zones.shown != found[0] else "")


@lru_cache(maxsize=100)
def _possible(home: str, region: str, year: int) -> tuple[str, ...]:
    return apart((home, *zones_in(region)), year)


def _places(recipient: Recipient, rules: ContactWindow, at: str | None) -> tuple[str, ...]:
    """The address is `at` one. A field names another: a number may have moved with its owner."""
    named = find_place(recipient.values.get(rules.place_field, "")) if rules.place_field else None
    found = (at, f"US-{named.state}" if named else None)
    return tuple(dict.fromkeys(place for place in found if place))


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
