"""What Meta calls people by: digits, with the channel's name before them or long enough to be no phone."""

import pytest

from shared.domain.channels.address_kinds import PAGE_SCOPED_ID, AddressInvalid
from shared.domain.channels.channel import Channel

MESSENGER = Channel("messenger")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("5551234567890123", "5551234567890123"),
        ("messenger:5551234567890123", "5551234567890123"),
        (" messenger:20531316728\u200b", "20531316728"),
        ("12345678901234", "12345678901234"),
    ],
)
def test_an_id_has_one_form(text: str, address: str) -> None:
    assert PAGE_SCOPED_ID.normalize(text, "US") == address
    assert MESSENGER.record.address.received(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "2125550187",
        "+12125550187",
        "1234567890123",
        "messenger:1234",
        "name@example.com",
        "",
        "٣" * 16,
        "1" * 26,
    ],
)
def test_what_may_be_a_phone_with_a_fault_is_none(text: str) -> None:
    with pytest.raises(AddressInvalid) as caught:
        PAGE_SCOPED_ID.normalize(text, "US")
    assert caught.value.reason == "It is no page-scoped id: 14 to 25 digits, such as 5551234567890123."


def test_whom_a_webhook_names_is_whom_messages_name() -> None:
    assert PAGE_SCOPED_ID.is_same("messenger:5551234567890123", "5551234567890123")
    assert not PAGE_SCOPED_ID.is_same("messenger:5551234567890123", "5551234567890124")
