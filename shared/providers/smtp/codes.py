"""What a mail server's answers mean, by the moment in which they come (RFC 5321, 4.2 and 4.3.2).

Until the server has asked for the mail nothing of it has left us. Afterwards only an answer says what became
of it: whatever is no answer, or none that is listed, is UNKNOWN.
"""

from enum import StrEnum

from shared.domain.messages.sending import Lesson, Outcome, SendResult
from shared.providers.kit.inbound_mail import decoded
from shared.providers.kit.mail_status import says_gone, status_in

SAID_LENGTH = 1_000
_QUOTA = frozenset(
    {"5.4.5", "4.2.1", "5.1.90"}
)  # of the mailbox: as Google and Microsoft say: its day is full
_SIGN_IN_FIRST = (530, 535, 538)
_TOO_LARGE = 552  # to MAIL it is said of the mail (RFC 1870, 6.1)
# Exchange says so of a mailbox that may not send, or not as this address, after it took the mail.
_SENDERS_OWN = frozenset({"5.1.8", "5.2.252", "5.7.60"})


class Moment(StrEnum):
    """When in the conversation something happened."""

    GREETING = "greeting"  # up to EHLO and STARTTLS
    SIGN_IN = "sign_in"
    SENDER = "sender"  # MAIL
    RECIPIENT = "recipient"  # RCPT
    START = "start"  # DATA, until the server asks for the mail
    CONTENT = "content"  # the mail has left


_PERMANENT: dict[Moment, tuple[Outcome, str]] = {
    Moment.GREETING: (Outcome.SENDER_BROKEN, "The mail server does not serve us."),
    Moment.SIGN_IN: (Outcome.SENDER_BROKEN, "The mail server does not accept the user name and password."),
    Moment.SENDER: (Outcome.SENDER_BROKEN, "The mail server does not let this mailbox send."),
    Moment.RECIPIENT: (Outcome.REJECTED, "The mail server refused the recipient."),
    Moment.START: (Outcome.REJECTED, "The mail server refused the message."),
    Moment.CONTENT: (Outcome.REJECTED, "The mail server refused the message."),
}
UNWRITABLE = SendResult(
    outcome=Outcome.REJECTED, code="no mail", reason="The message cannot be written as a mail."
)
_LOST_REASON = "The mail server's answer was lost; the message may have gone out."


def accepted(code: int, message_id: str, said: str) -> SendResult:
    """What the answer to the whole mail means; `message_id` is the mail's own."""
    if 200 <= code < 300:
        return SendResult(outcome=Outcome.ACCEPTED, provider_id=message_id)
    return refused(Moment.CONTENT, code, said)


def words_of(said: str) -> str:
    """What a server said, as it can be stored and shown: it may speak in any charset."""
    return " ".join(decoded(said.encode("utf-8", "surrogateescape"), "").split())[:SAID_LENGTH]


def refused(moment: Moment, code: int, said: str) -> SendResult:
    """What an answer means that is not the one that was hoped for."""
    status, shown = status_in(said), words_of(said)
    if 400 <= code < 500 or (code >= 500 and status in _QUOTA):
        reason = "The mail server asks to try again later."
        return _result(Outcome.NOT_ACCEPTED, code, status, reason, shown)
    if not 500 <= code < 600:
        return lost(f"answer {code}") if moment is Moment.CONTENT else not_reached(f"answer {code}")
    if code in _SIGN_IN_FIRST:
        moment = Moment.SIGN_IN
    elif status in _SENDERS_OWN:
        moment = Moment.SENDER
    elif moment is Moment.SENDER and code == _TOO_LARGE:
        moment = Moment.CONTENT
    outcome, reason = _PERMANENT[moment]
    found = _result(outcome, code, status, reason, shown)
    if moment is not Moment.RECIPIENT or not says_gone(status, said):
        return found
    return SendResult(outcome=outcome, code=found.code, reason=found.reason, lesson=Lesson.GONE)


def not_reached(code: str, reason: str = "The mail server could not be reached.") -> SendResult:
    """Nothing of the mail has left."""
    return SendResult(outcome=Outcome.NOT_ACCEPTED, code=code, reason=reason)


def broken(code: str, reason: str) -> SendResult:
    """Nothing of the mail has left, and nothing will until a person mends it."""
    return SendResult(outcome=Outcome.SENDER_BROKEN, code=code, reason=reason)


def lost(code: str) -> SendResult:
    """The mail has left, and nobody said what became of it."""
    return SendResult(outcome=Outcome.UNKNOWN, code=code, reason=_LOST_REASON)


def _result(outcome: Outcome, code: int, status: str, reason: str, said: str) -> SendResult:
    words = f"{reason} It says: {said}" if said else reason
    return SendResult(outcome=outcome, code=f"{code} {status}".strip(), reason=words)
