"""Two contacts that are one person: nothing of either is lost, and what contradicts is named."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Consent, Contact, ContactAddress
from shared.domain.contacts.merging import MergeConflict, mergeable_fields, merged

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SMS, EMAIL = Channel("sms"), Channel("email")
AGREED = ContactAddress(
    channel=SMS, address="+12125550187", consent=Consent.SUBSCRIBED, consent_note="desk", consent_at=NOW
)
UNASKED = ContactAddress(channel=SMS, address="+12125550187", is_preferred=True)
MAIL = ContactAddress(channel=EMAIL, address="ana@example.com", is_preferred=True)
ANA = Contact(
    id="ana",
    created_at=NOW,
    changed_at=NOW,
    name="Ana Vega",
    tags=("vip",),
    fields={"level": 3},
    addresses=(UNASKED,),
)
ANNA = Contact(
    id="anna",
    created_at=NOW,
    changed_at=NOW,
    name="Anna Vega",
    key="P-1",
    list_ids=("spring",),
    fields={"level": 4, "city": "Boston"},
    addresses=(AGREED, MAIL),
    merged_ids=("older",),
)


def test_what_only_one_has_comes_along_and_contradictions_are_named() -> None:
    found = merged(ANA, ANNA)
    contact = found.contact
    assert (contact.id, contact.name, contact.key) == ("ana", "Ana Vega", "P-1")
    assert (contact.tags, contact.list_ids) == (("vip",), ("spring",))
    assert contact.fields == {"city": "Boston", "level": 3}
    assert contact.merged_ids == ("anna", "older")
    assert found.conflicts == (
        MergeConflict("name", "Ana Vega", "Anna Vega"),
        MergeConflict("fields.level", "3", "4"),
    )


def test_the_others_value_is_taken_where_somebody_says_so() -> None:
    found = merged(ANA, ANNA, ("name", "fields.level"))
    assert (found.contact.name, found.contact.fields["level"]) == ("Anna Vega", 4)
    assert found.conflicts[0] == MergeConflict("name", "Anna Vega", "Ana Vega")


def test_an_address_of_both_stays_once_with_what_was_said_of_it() -> None:
    phone, mail = merged(ANA, ANNA).contact.addresses
    assert (phone.consent, phone.consent_note, phone.is_preferred) == (Consent.SUBSCRIBED, "desk", True)
    assert mail == MAIL


texts = st.sampled_from(["", "a", "b"])
addresses = st.lists(st.sampled_from([UNASKED, MAIL]), unique=True).map(tuple)
people = st.builds(
    Contact,
    id=st.sampled_from(["one", "two"]),
    created_at=st.just(NOW),
    changed_at=st.just(NOW),
    name=texts,
    key=texts,
    tags=st.lists(st.sampled_from(["x", "y"]), unique=True).map(sorted).map(tuple),
    fields=st.dictionaries(st.sampled_from(["f", "g"]), st.sampled_from(["1", "2"])),
    addresses=addresses,
)


@given(people, people, st.booleans())
def test_nothing_is_lost_and_the_contact_may_be(one: Contact, other: Contact, takes: bool) -> None:
    take = mergeable_fields(one, other) if takes else ()
    found = merged(one, other, take)
    contact = found.contact
    check_contact(contact)
    assert {*contact.tags} == {*one.tags, *other.tags}
    assert {a.key for a in contact.addresses} == {a.key for a in (*one.addresses, *other.addresses)}
    assert contact.fields.keys() == one.fields.keys() | other.fields.keys()
    dropped = {conflict.field for conflict in found.conflicts}
    for name in ("name", "key"):
        both = {getattr(one, name), getattr(other, name)} - {""}
        assert getattr(contact, name) in (both or {""})
        assert (name in dropped) is (len(both) == 2)
