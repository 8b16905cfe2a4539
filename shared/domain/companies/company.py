"""A company: the tenant everything belongs to, and the keys that act for it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """A tenant.

    `time_zone` (IANA) and `default_region` (ISO 3166) hold where a row says nothing better.
    `allows_possible_numbers`: it also sends to numbers of the right length with an area code not known here.
    """

    id: str
    name: str
    time_zone: str
    default_region: str
    created_at: datetime
    sending_enabled: bool = True
    is_being_deleted: bool = False
    allows_possible_numbers: bool = False
