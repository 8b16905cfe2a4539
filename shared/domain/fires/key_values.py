"""A row's values as a dedupe key compares them: by what they are, however a file writes them."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe import comparable_time
from shared.domain.campaigns.step import Step
from shared.domain.channels.address_kinds import (
    EMAIL_ADDRESS,
    PHONE_NUMBER,
    AddressInvalid,
    AddressKind,
)
from shared.domain.files.source import FieldType

_KINDS: Mapping[FieldType, AddressKind] = {
    FieldType.PHONE: PHONE_NUMBER,
    FieldType.EMAIL: EMAIL_ADDRESS,
}


class KeyValues:
    """Which fields the key of one content names, and how each is compared, for one step."""

    def __init__(self, content: CampaignContent, step: Step) -> None:
        self._content = content
        self._address_field = step.address_field
        self._kinds = {name: kind for name in content.dedupe_key if (kind := content.field_types.get(name))}

    def of(self, values: Mapping[str, str], address: str, zone: str) -> Mapping[str, str]:
        """The row's values, those that the key names in one spelling.

        `address` is that of the message, as its channel compares addresses; a time without an offset is in
        `zone`.
        """
        compared = {
            name: self._compared(name, kind, text, zone)
            for name, kind in self._kinds.items()
            if (text := values.get(name))
        }
        if self._address_field in self._content.dedupe_key:
            compared[self._address_field] = address
        return {**values, **compared} if compared else values

    def _compared(self, name: str, kind: FieldType, text: str, zone: str) -> str:
        if kind in _KINDS:
            return self._address(_KINDS[kind], name, text)
        if kind is FieldType.NUMBER:
            return _number(text)
        return comparable_time(text, zone) if kind is FieldType.DATETIME else text

    def _address(self, kind: AddressKind, name: str, text: str) -> str:
        region = self._content.field_regions.get(name, self._content.default_region)
        try:
            return kind.key(
                kind.normalize(text, region, allows_possible=self._content.allows_possible_numbers)
            )
        except AddressInvalid:
            return text


def _number(text: str) -> str:
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text
