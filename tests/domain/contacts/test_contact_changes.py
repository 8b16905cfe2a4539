"""Events that follow from a contact before and after, and the hints by which contacts are found."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, ContactAddress
from shared.domain.contacts.contact_changes import ContactPair, events_of
from shared.domain.contacts.contact_keys import (
    SHARDS,
    external_key,
    keys_of,
    shard_id,
    shard_of,
    with_hints,
    without_hints,
)
from shared.domain.ids import computed_id
from shared.domain.record import replace
from tests.kit.builders import a_contact

SMS = Channel("sms")


def _told(before: object, after: object) -> list[tuple[str, str, str]]:
    return [(one.kind, one.what, one.address) for one in events_of(ContactPair(before, after))]  # type: ignore[arg-type]  # of two that are not both none


def test_a_new_contact_is_told_with_all_it_has() -> None:
    assert _told(None, a_contact(list_ids=("l1",))) == [
        ("created", "", ""),
        ("tag_attached", "vip", ""),
        ("list_joined", "l1", ""),
        ("address_added", "sms", "+12125550187"),
        ("address_added", "email", "ana@example.com"),
    ]


def test_a_deleted_one_leaves_everything() -> None:
    assert [kind for kind, *_ in _told(a_contact(), None)] == [
        *("deleted", "tag_removed", "address_removed", "address_removed")
    ]


def test_a_change_tells_what_changed_and_nothing_else() -> None:
    before = a_contact(tags=("a", "b"), list_ids=("l1",), fields={"level": 3, "since": "2026-01-01"})
    phone, mail = before.addresses
    subscribed = replace(phone, consent=Consent.SUBSCRIBED)
    after = replace(
        before,
        name="Ana Luz",
        tags=("b", "c"),
        list_ids=("l2",),
        fields={"level": 4},
        addresses=(subscribed, mail),
        version=2,
    )
    assert _told(before, after) == [
        ("tag_attached", "c", ""),
        ("tag_removed", "a", ""),
        ("list_joined", "l2", ""),
        ("list_left", "l1", ""),
        ("field_changed", "name", ""),
        ("field_changed", "level", ""),
        ("field_changed", "since", ""),
        ("subscribed", "sms", "+12125550187"),
    ]
    assert _told(before, replace(before, version=2)) == []


def test_a_contact_is_found_by_its_key_and_its_addresses_whatever_the_channel() -> None:
    phone = ContactAddress(channel=SMS, address="+12125550187")
    assert keys_of(a_contact(key="", addresses=(phone,))) == {phone.search_key}
    assert keys_of(a_contact(key="P-1", addresses=())) == {external_key("P-1")}
    assert keys_of(None) == keys_of(a_contact(key="", addresses=())) == frozenset()


def test_ids_are_spread_over_all_shards() -> None:
    counts = [0] * SHARDS
    for number in range(20_000):
        counts[shard_of(computed_id("contact", number))] += 1
    assert min(counts) > 10
    assert max(counts) < 100
    assert sorted(map(shard_id, range(SHARDS))) == [shard_id(number) for number in range(SHARDS)]


_HINTS = st.dictionaries(
    st.sampled_from("ab"), st.dictionaries(st.sampled_from("xy"), st.integers(1, 4), min_size=1)
)


@given(_HINTS, _HINTS, _HINTS)
def test_a_hint_that_is_newer_than_what_is_over_stays(
    stored: dict[str, dict[str, int]], new: dict[str, dict[str, int]], over: dict[str, dict[str, int]]
) -> None:
    """In whatever order they come: taking away first, or adding first."""
    one = with_hints(without_hints(stored, over), new)
    other = without_hints(with_hints(stored, new), over)
    for key, ids in new.items():
        for contact_id, version in ids.items():
            if version > over.get(key, {}).get(contact_id, 0):
                assert contact_id in one[key]
                assert contact_id in other[key]
    assert all(one.values())
    assert all(other.values())
