"""What an edit makes of a contact, and what a contact may be."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Consent, Contact, ContactAddress
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit, edited
from shared.domain.errors import InvalidInput
from shared.domain.record import replace
from tests.kit.builders import NOON, a_contact

SMS, EMAIL = Channel("sms"), Channel("email")
ANA, BEN = "+12125550187", "+12125550143"
LATER = NOON + timedelta(days=1)


def _edited(contact: Contact, **changes: Any) -> Contact:
    return edited(contact, ContactEdit(**changes), "api_key", LATER)


def test_an_empty_edit_changes_nothing() -> None:
    assert _edited(a_contact()) == a_contact()


def test_only_what_is_named_changes() -> None:
    after = _edited(a_contact(), name="Ana Luz", language="")
    assert after == replace(a_contact(), name="Ana Luz", language="")


def test_tags_are_added_removed_or_replaced_in_one_form() -> None:
    assert _edited(a_contact(), add_tags=("  New \t Patient", "VIP")).tags == ("new patient", "vip")
    assert _edited(a_contact(), remove_tags=("Vip",)).tags == ()
    assert _edited(a_contact(), tags=("b", "A", "a")).tags == ("a", "b")
    assert _edited(a_contact(), tags=("a",), add_tags=("b",), remove_tags=("a",)).tags == ("b",)


def test_lists_are_joined_and_left() -> None:
    contact = a_contact(list_ids=("l1", "l2"))
    assert _edited(contact, add_list_ids=("l0",), remove_list_ids=("l2", "l9")).list_ids == ("l0", "l1")
    assert _edited(contact, list_ids=()).list_ids == ()


def test_fields_are_set_one_by_one_and_null_takes_one_away() -> None:
    contact = a_contact(fields={"b": 1, "a": "x"})
    assert _edited(contact, fields={"b": None, "c": True}).fields == {"a": "x", "c": True}


def test_the_first_address_of_a_channel_is_preferred_unless_another_is_said_to_be() -> None:
    edits = (
        AddressEdit(channel=SMS, address=ANA),
        AddressEdit(channel=EMAIL, address="a@example.com"),
        AddressEdit(channel=EMAIL, address="b@example.com", is_preferred=True),
    )
    after = _edited(a_contact(addresses=()), addresses=edits)
    assert [one.is_preferred for one in after.addresses] == [True, False, True]
    assert [one.address for one in after.on(EMAIL)] == ["b@example.com", "a@example.com"]


def test_a_consent_stays_with_its_address_and_is_told_once() -> None:
    subscribed = AddressEdit(channel=SMS, address=ANA, consent=Consent.SUBSCRIBED, consent_note="a form")
    once = _edited(a_contact(), addresses=(subscribed,))
    [address] = once.addresses
    assert (address.consent, address.consent_source, address.consent_at) == ("subscribed", "api_key", LATER)
    again = edited(once, ContactEdit(addresses=(subscribed,)), "import", LATER + timedelta(days=1))
    assert again == once
    moved = (AddressEdit(channel=SMS, address=BEN), AddressEdit(channel=SMS, address=ANA))
    after = _edited(once, addresses=moved)
    assert [one.consent for one in after.addresses] == ["unknown", "subscribed"]
    assert [one.is_preferred for one in after.addresses] == [True, False]


def test_a_refusal_leaves_no_consent_behind() -> None:
    """It is noted as an opt-out: what was said before must not come back when that ends."""
    subscribed = AddressEdit(channel=SMS, address=ANA, consent=Consent.SUBSCRIBED)
    once = _edited(a_contact(), addresses=(subscribed,))
    [address] = _edited(once, addresses=(replace(subscribed, consent=Consent.UNSUBSCRIBED),)).addresses
    assert (address.consent, address.consent_at) == (Consent.UNKNOWN, None)


def _phone(number: int, **changes: Any) -> ContactAddress:
    return ContactAddress(channel=SMS, address=f"+1212555{number:04}", **changes)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": "x" * 201}, "name", "is longer than 200 characters"),
        ({"name": "a\nb"}, "name", "has the control character U+000A; remove it"),
        ({"key": "x" * 201}, "key", "is longer than 200 characters"),
        (
            {"time_zone": "New York"},
            "time_zone",
            "'New York' is not a time zone; write one as America/New_York",
        ),
        ({"tags": ("x" * 61,)}, "tags", "must have 1 to 60 characters each"),
        ({"tags": tuple(f"t{n:03}" for n in range(101))}, "tags", "are more than 100"),
        ({"list_ids": tuple(f"l{n:03}" for n in range(101))}, "list_ids", "are more than 100"),
        ({"fields": {"a": "x" * 50_001}}, "fields", "hold more than 50,000 bytes together"),
        ({"addresses": tuple(_phone(n) for n in range(21))}, "addresses", "are more than 20"),
        (
            {"addresses": (_phone(1), _phone(1))},
            "addresses[1].address",
            "stands here twice; leave one out",
        ),
        (
            {"addresses": (_phone(1, is_preferred=True), _phone(2, is_preferred=True))},
            "addresses",
            "prefer 2 addresses on sms; prefer one",
        ),
    ],
)
def test_bounds_say_where_and_why(changes: dict[str, Any], field: str, reason: str) -> None:
    check_contact(a_contact())
    with pytest.raises(InvalidInput) as refused:
        check_contact(a_contact(**changes))
    assert [(one.field, one.reason) for one in refused.value.problems] == [(field, reason)]


def test_a_refusal_is_never_stored_with_a_contact() -> None:
    with pytest.raises(ValueError, match="a refusal is an opt-out"):
        check_contact(a_contact(addresses=(_phone(1, consent=Consent.UNSUBSCRIBED),)))
