"""What holds for an address: what was said of it, under what its opt-out says."""

from datetime import timedelta

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, ContactAddress
from shared.domain.contacts.opt_out import OptOut, OptOutSource, ended
from shared.domain.contacts.standing import AddressState, Standing, standing_of
from shared.domain.record import replace
from tests.kit.builders import NOON, an_opt_out

ANA = "+12125550187"
HOUR = timedelta(hours=1)
SUBSCRIBED = ContactAddress(
    channel=Channel("sms"),
    address=ANA,
    consent=Consent.SUBSCRIBED,
    consent_source="import",
    consent_note="a form",
    consent_at=NOON,
)


def _standing(*opt_outs: OptOut, address: ContactAddress = SUBSCRIBED) -> Standing:
    return standing_of(address, {one.id: one for one in opt_outs})


def test_without_an_opt_out_it_is_what_was_said() -> None:
    assert _standing() == Standing(consent=Consent.SUBSCRIBED, source="import", note="a form", at=NOON)


def test_a_refusal_holds_whatever_was_said_and_whenever() -> None:
    for hours in (-1, 1):
        refusal = an_opt_out(ANA, changed_at=NOON + hours * HOUR, text="STOP")
        found = _standing(refusal)
        assert (found.consent, found.source, found.note) == (Consent.UNSUBSCRIBED, "reply", "STOP")
        assert (found.at, found.opt_out_id) == (refusal.changed_at, refusal.id)


def test_a_refusal_of_another_address_or_channel_is_no_matter() -> None:
    other = an_opt_out("+12125550143")
    assert _standing(other) == _standing()
    mail = an_opt_out("ana@example.com", channel=Channel("email"))
    assert _standing(mail) == _standing()


def test_an_ended_refusal_is_a_consent_unless_another_came_later() -> None:
    refusal = an_opt_out(ANA, changed_at=NOON - 2 * HOUR)
    before = ended(refusal, OptOutSource.REPLY, NOON - HOUR, "START")
    assert _standing(before) == _standing()
    after = ended(refusal, OptOutSource.REPLY, NOON + HOUR, "START")
    found = _standing(after)
    assert (found.consent, found.note, found.at) == (Consent.SUBSCRIBED, "START", NOON + HOUR)
    assert found.opt_out_id is None


def test_a_bounce_says_nothing_of_consent() -> None:
    bounce = an_opt_out(ANA, source=OptOutSource.BOUNCE)
    found = _standing(bounce)
    assert (found.state, found.consent, found.opt_out_id) == (
        AddressState.BOUNCED,
        Consent.SUBSCRIBED,
        bounce.id,
    )
    lifted = ended(bounce, OptOutSource.API, NOON + HOUR, "They mended it.")
    unknown = replace(SUBSCRIBED, consent=Consent.UNKNOWN, consent_at=None)
    assert _standing(lifted, address=unknown).consent is Consent.UNKNOWN
