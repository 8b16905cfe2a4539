"""A message as a mail, and what a server's answers mean."""

from shared.domain.messages.sending import Outcome
from shared.providers.smtp.codes import Moment, accepted, refused
from shared.providers.smtp.mail import mail_of
from tests.kit.builders import NOON
from tests.providers.smtp.test_sending import MAIL


def test_a_mail_is_of_seven_bits_and_short_lines() -> None:
    raw = mail_of(MAIL, "", NOON)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_every_answer_means_something() -> None:
    for code in (-1, 0, 199, 250, 299, 354, 399, 421, 499, 500, 599, 600):
        assert accepted(code, "id", "").outcome is not None
        for moment in Moment:
            result = refused(moment, code, "")
            if moment is not Moment.CONTENT:  # nothing has left
                assert result.outcome is not Outcome.UNKNOWN
    assert accepted(-1, "id", "").outcome is Outcome.UNKNOWN
