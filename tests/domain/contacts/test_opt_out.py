"""One refusal per channel and address."""

from datetime import datetime, timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import (
    OptOut,
    OptOutChange,
    OptOutSource,
    active,
    ended,
    holding,
    noted,
    opt_out_id,
)
from shared.domain.record import replace
from tests.kit.builders import NOON, an_opt_out


def test_an_address_has_one_refusal_per_channel_whatever_its_case() -> None:
    assert opt_out_id(Channel("email"), "Ana@Example-Clinic.com") == opt_out_id(
        Channel("email"), "ana@example-clinic.COM"
    )
    assert opt_out_id(Channel("email"), "ana@a.com") != opt_out_id(Channel("email"), "ann@a.com")
    assert opt_out_id(Channel("sms"), "+12125550187") != opt_out_id(Channel("email"), "+12125550187")


ADDRESS = "+12125550187"
LATER = NOON + timedelta(hours=1)
REFUSAL = an_opt_out(ADDRESS, text="STOP", code="21610", message_id="m1", changed_by="key")
BOUNCE = replace(REFUSAL, source=OptOutSource.BOUNCE)
ENDED = replace(REFUSAL, is_active=False)


def test_only_those_that_hold_are_active() -> None:
    other = an_opt_out("+16465550188")
    assert active([ENDED, other]) == {other.id: other}


def test_a_refusal_is_told_before_a_bounce() -> None:
    bounce = replace(BOUNCE, id="b")
    known = {REFUSAL.id: REFUSAL, "b": bounce}
    assert holding(["b", REFUSAL.id], known) == holding([REFUSAL.id, "b"], known) == REFUSAL
    assert holding(["b", "x"], known) == bounce
    assert holding(["x"], known) is None


@pytest.mark.parametrize(
    ("stored", "new", "is_noted"),
    [
        ((), REFUSAL, True),
        ((REFUSAL,), REFUSAL, False),  # it stays as it was noted first
        ((REFUSAL,), BOUNCE, False),
        ((BOUNCE,), BOUNCE, False),
        ((BOUNCE,), REFUSAL, True),
        ((ENDED,), REFUSAL, True),
        ((replace(ENDED, id="other spelling"), REFUSAL), REFUSAL, False),
    ],
)
def test_what_is_learned_is_noted_where_it_changes_something(
    stored: tuple[OptOut, ...], new: OptOut, is_noted: bool
) -> None:
    assert (noted(stored, new) is not None) is is_noted


@pytest.mark.parametrize(
    ("sent_at", "is_noted"), [(NOON, False), (NOON + timedelta(seconds=1), True), (None, True)]
)
def test_after_an_end_only_what_was_sent_later_teaches_a_bounce(
    sent_at: datetime | None, is_noted: bool
) -> None:
    assert (noted([ENDED], BOUNCE, sent_at) is not None) is is_noted
    assert noted([ENDED], REFUSAL, sent_at) is not None  # a person's word always counts


def test_what_it_was_before_is_kept_field_by_field() -> None:
    new = replace(REFUSAL, changed_at=LATER, text="stop!", code=None, message_id=None, changed_by=None)
    assert noted([ENDED], new) == replace(
        new,
        earlier=(
            OptOutChange(
                is_active=False,
                source=OptOutSource.REPLY,
                changed_at=NOON,
                text="STOP",
                code="21610",
                message_id="m1",
                changed_by="key",
            ),
        ),
    )
    assert noted([replace(ENDED, id="other spelling")], new) == new


def test_one_that_ends_says_who_ended_it_and_what_it_was() -> None:
    over = ended(REFUSAL, OptOutSource.API, LATER, "asked on the phone", "key2")
    assert over == OptOut(
        id=REFUSAL.id,
        channel=REFUSAL.channel,
        address=ADDRESS,
        is_active=False,
        source=OptOutSource.API,
        changed_at=LATER,
        text="asked on the phone",
        changed_by="key2",
        earlier=over.earlier,
    )
    assert [(one.is_active, one.text, one.code) for one in over.earlier] == [(True, "STOP", "21610")]


def test_twenty_changes_are_kept_the_newest_last() -> None:
    current = REFUSAL
    for number in range(25):
        current = ended(current, OptOutSource.API, NOON, str(number))
    assert [one.text for one in current.earlier] == [str(number) for number in range(4, 24)]
