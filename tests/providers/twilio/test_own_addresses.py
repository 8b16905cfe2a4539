"""What Twilio takes as a sender beside a phone number."""

import pytest

from shared.domain.channels.address_kinds import AddressInvalid
from shared.providers.registry import own_addresses, sender_address
from shared.providers.twilio.own_addresses import OWN_FORMS
from tests.kit.builders import an_email_sender, an_sms_sender

SERVICE = "MG" + "0a" * 16


@pytest.mark.parametrize("text", [SERVICE, "MG" + "AF" * 16, "123", "12345", "123456"])
def test_short_codes_and_services_are_addresses_as_they_are(text: str) -> None:
    assert sender_address(an_sms_sender(address=text), "US") == text
    assert own_addresses(f" {text} ") == {text}


@pytest.mark.parametrize("text", ["+12125550100", "(212) 555-0100"])
def test_a_number_has_the_one_form_of_its_channel(text: str) -> None:
    assert sender_address(an_sms_sender(address=text), "US") == "+12125550100"
    assert own_addresses(text) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        *("MG", SERVICE[:-1], SERVICE + "0", SERVICE.lower(), "MG" + "0g" * 16, "AC" + "0a" * 16, ""),
        *("12", "1234567", "+12345", "12 345", "１２３４５"),  # no ASCII on purpose
    ],
)
def test_for_what_is_none_of_them_it_says_what_to_write(text: str) -> None:
    with pytest.raises(AddressInvalid) as found:
        sender_address(an_sms_sender(address=text), "US")
    assert found.value.reason.endswith(OWN_FORMS)
    assert own_addresses(text) == frozenset()


def test_a_mailbox_is_no_short_code() -> None:
    with pytest.raises(AddressInvalid) as found:
        sender_address(an_email_sender(address="12345"), "US")
    assert "Twilio" not in found.value.reason
