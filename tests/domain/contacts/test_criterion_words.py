"""Criteria in words, the part that is not met, and opt-outs as they were."""

from datetime import timedelta
from typing import get_args

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.criterion_words import Names, criterion_words, unmet_words
from shared.domain.contacts.judge_contact import judge_of
from shared.domain.contacts.opt_out import OptOutSource, ended
from shared.domain.contacts.past import changes_of, opt_outs_at
from shared.domain.contacts.segment import (
    Activity,
    AllOf,
    AnyOf,
    CanBeReached,
    Criterion,
    FieldIs,
    HasActivity,
    HasConsent,
    HasTag,
    Not,
    OnList,
    RowIs,
)
from shared.domain.files.row_filter import ConditionTest
from shared.domain.record import replace
from tests.kit.builders import NOON, a_contact, an_opt_out

SMS = Channel("sms")
NAMES = Names(lists={"l1": "Spring"}, fields={"level": "Loyalty level"})
LEVEL = FieldIs(field="level", test=ConditionTest.MORE_THAN, value="3")
WORDS: dict[type, tuple[Criterion, str]] = {
    AllOf: (
        AllOf(criteria=(HasTag(value="vip"), LEVEL)),
        "has the tag 'vip' and Loyalty level more than '3'",
    ),
    AnyOf: (
        AnyOf(criteria=(HasTag(value="vip"), AllOf(criteria=(LEVEL, OnList(list_id="l2"))))),
        "has the tag 'vip' or (Loyalty level more than '3' and is on the list 'l2')",
    ),
    Not: (Not(criterion=HasTag(value="gone")), "not (has the tag 'gone')"),
    RowIs: (
        RowIs(field="doctor", test=ConditionTest.IS, value="Lee"),
        "came in by a row whose doctor is 'Lee'",
    ),
    FieldIs: (LEVEL, "Loyalty level more than '3'"),
    HasTag: (HasTag(value="vip"), "has the tag 'vip'"),
    OnList: (OnList(list_id="l1"), "is on the list 'Spring'"),
    HasConsent: (
        HasConsent(channel=SMS, consent=Consent.SUBSCRIBED),
        "has the consent 'subscribed' on sms",
    ),
    HasActivity: (
        HasActivity(activity=Activity.NOT_DELIVERED, days=30, times=2, channel=SMS),
        "did not get at least 2 messages on sms that were sent in the last 30 days",
    ),
    CanBeReached: (CanBeReached(channel=SMS), "can be reached on sms"),
}


@pytest.mark.parametrize("kind", get_args(Criterion))
def test_every_kind_of_criterion_has_words(kind: type) -> None:
    criterion, words = WORDS[kind]
    assert isinstance(criterion, kind)
    assert criterion_words(criterion, NAMES) == words


def test_what_has_no_parts_is_said_too() -> None:
    assert criterion_words(AllOf(criteria=()), NAMES) == "is a contact"
    assert criterion_words(AnyOf(criteria=()), NAMES) == "is nobody"


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        (AllOf(criteria=(HasTag(value="vip"), LEVEL)), "Loyalty level more than '3' (it is '3')"),
        (
            AllOf(criteria=(AnyOf(criteria=(FieldIs(field="city", test=ConditionTest.IS, value="NY"),)),)),
            "city is 'NY' (it is empty)",
        ),
        (AnyOf(criteria=(HasTag(value="a"), HasTag(value="b"))), "has the tag 'a' or has the tag 'b'"),
        (AllOf(criteria=(Not(criterion=HasTag(value="vip")),)), "not (has the tag 'vip')"),
    ],
)
def test_the_part_that_is_not_met_is_named(criterion: Criterion, words: str) -> None:
    ana, kinds = a_contact(), {"level": FieldKind.NUMBER}

    def meets(part: Criterion) -> bool:
        return judge_of(part, kinds, NOON, "UTC")(ana, {})

    assert not meets(criterion)
    assert unmet_words(criterion, ana, meets, NAMES) == words


def test_an_opt_out_is_known_as_it_was_at_each_time() -> None:
    day = timedelta(days=1)
    noted = an_opt_out("+12125550187", text="STOP")
    over = ended(noted, OptOutSource.API, NOON + 2 * day, "asked us to")
    again = replace(
        over, is_active=True, changed_at=NOON + 4 * day, earlier=(*over.earlier, changes_of(over)[0])
    )
    assert opt_outs_at([again], NOON - day) == {}
    assert opt_outs_at([again], NOON) == {noted.id: noted}
    assert opt_outs_at([again], NOON + 3 * day) == {noted.id: over}
    assert opt_outs_at([again], NOON + 9 * day) == {noted.id: again}
    assert [one.is_active for one in changes_of(again)] == [True, False, True]
