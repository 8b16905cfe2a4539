"""Whose contact an answered message is for, and what tags it has then."""

from dataclasses import dataclass

import pytest

from shared.domain.contacts.check_contact import MOST_TAGS
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.tagging import Tags, Told, whose
from tests.kit.builders import a_contact

MARIA = a_contact(id="maria", name="María  Vega", key="P-1")
ANA = a_contact(id="ana", name="Ana Vega", key="P-2", merged_ids=("ana-of-old",))
BEN = a_contact(id="ben", name="Ben Vega", key="")
FAMILY = (MARIA, ANA, BEN)


@dataclass(frozen=True)
class Case:
    """What is known, who shares the address, and whose it is."""

    told: Told
    sharing: tuple[Contact, ...]
    expected: str | None


@pytest.mark.parametrize(
    "case",
    [
        Case(Told(contact_id="ben"), FAMILY, "ben"),
        Case(Told(contact_id="ana-of-old"), FAMILY, "ana"),
        Case(Told(contact_id="moved"), FAMILY, "moved"),  # has another address by now
        Case(Told(contact_id="moved"), (), "moved"),
        Case(Told(name="Cleo"), (ANA,), "ana"),  # nobody else has the address
        Case(Told(), (ANA,), "ana"),
        Case(Told(), (), None),
        Case(Told(name="Ana Vega"), (), None),
        Case(Told(name="Ana Vega"), FAMILY, "ana"),
        Case(Told(name=" MARÍA vega "), FAMILY, "maria"),
        Case(Told(key="P-1", name="Ana Vega"), FAMILY, "maria"),  # the company's own id says more
        Case(Told(key="P-9", name="Ana Vega"), FAMILY, "ana"),
        Case(Told(name="Ana"), FAMILY, None),
        Case(Told(), FAMILY, None),
        Case(Told(), (BEN, a_contact(id="nameless", name="", key="")), None),
        Case(Told(name="Ben Vega"), (BEN, a_contact(id="other", name="ben vega")), None),
    ],
)
def test_a_contact_is_told_and_never_guessed(case: Case) -> None:
    assert whose(case.told, case.sharing) == case.expected


def test_tags_are_given_and_taken_in_their_one_form() -> None:
    known = a_contact(tags=("asked", "vip"))
    assert Tags(("  Coming ", "VIP"), ("Asked",)).of(known).tags == ("coming", "vip")
    both = Tags(("coming",)).and_then(Tags(("late",), ("asked", "coming")))
    assert both.of(known).tags == ("coming", "late", "vip")  # what is in both is given
    assert Tags().of(known) == known


def test_what_is_beyond_the_bound_is_not_added() -> None:
    full = a_contact(tags=tuple(sorted(f"t{n:03}" for n in range(MOST_TAGS))))
    assert Tags(("zebra",)).of(full) == full
    assert "zebra" in Tags(("zebra",), ("t000",)).of(full).tags
