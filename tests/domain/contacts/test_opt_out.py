"""One refusal per channel and address."""

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id


def test_an_address_has_one_refusal_per_channel_whatever_its_case() -> None:
    assert opt_out_id(Channel("email"), "Ana@Example-Clinic.com") == opt_out_id(
        Channel("email"), "ana@example-clinic.COM"
    )
    assert opt_out_id(Channel("email"), "ana@a.com") != opt_out_id(Channel("email"), "ann@a.com")
    assert opt_out_id(Channel("sms"), "+12125550187") != opt_out_id(Channel("email"), "+12125550187")
