"""What Twilio's refusals and delivery errors mean. https://www.twilio.com/docs/api/errors"""

import json
from collections.abc import Mapping

from msgspec import Struct

from shared.domain.messages.sending import Lesson, Outcome, SendResult
from shared.providers.twilio.channel_codes import CHANNEL_FAILURES, CHANNEL_LESSONS

ERROR_PAGE = "https://www.twilio.com/docs/api/errors/{code}"
QUEUE_FULL_WAIT_SECONDS = 300.0
DAILY_CAP_WAIT_SECONDS = 3600.0


class Refusal(Struct, frozen=True):
    """What a code proves, said in words."""

    outcome: Outcome
    reason: str
    retry_after_seconds: float | None = None


def rejected(reason: str) -> Refusal:
    """This message is refused for good."""
    return Refusal(Outcome.REJECTED, reason)


def broken(reason: str) -> Refusal:
    """Our account or sender is at fault."""
    return Refusal(Outcome.SENDER_BROKEN, reason)


# Codes in the answer to a create request. Each proves that no message was created.
REFUSALS: dict[int, Refusal] = {
    # The recipient
    21610: Refusal(Outcome.OPTED_OUT, "This person has unsubscribed from this sender by writing STOP."),
    21211: rejected("The recipient's number is not a valid phone number."),
    21214: rejected("The recipient's number cannot be reached."),
    21217: rejected("The recipient's number is not in a form that can be dialled."),
    21265: rejected("The recipient's number is a short code, which cannot get messages."),
    21408: rejected("Sending to the recipient's country is not enabled in the Twilio account."),
    21604: rejected("The recipient's number is missing."),
    21608: rejected("A trial account can only send to verified numbers: upgrade it, or verify this number."),
    21612: rejected("There is no route from this sender to the recipient's number."),
    21614: rejected("The recipient's number is not a mobile number."),
    21635: rejected("The recipient's number is a landline, which cannot get text messages."),
    # The text
    21602: rejected("The message has no text."),
    21605: rejected("The text is longer than 1,600 characters."),
    21617: rejected("The text is longer than 1,600 characters."),
    21619: rejected("The message has no text and no media."),
    21620: rejected("The address of the media is not valid."),
    21623: rejected("There are too many media in the message, or they are too large."),
    21655: rejected("The content template was not found."),
    21656: rejected("The variables do not fit the content template."),
    # Us: the account, the sender's number, our settings
    20003: broken("Twilio does not accept the account's credentials: check the account SID and auth token."),
    20005: broken("The Twilio account is not active."),
    20006: broken("The Twilio account may not do this: check its permissions."),
    20008: broken("These are Twilio test credentials: enter the live ones."),
    20404: broken("Twilio does not know this account: check the account SID."),
    21212: broken("The sender's number is not valid."),
    21603: broken("The sender's number is missing."),
    21606: broken("The sender's number does not belong to the Twilio account, or cannot send text messages."),
    21607: broken("The sender's number is not one this Twilio account may send from."),
    21609: broken("Twilio cannot reach our status address: check the public URL in the settings."),
    21611: Refusal(
        Outcome.NOT_ACCEPTED,
        "The sender's queue at Twilio is full; it will be tried again.",
        QUEUE_FULL_WAIT_SECONDS,
    ),
    21659: broken("The sender's number is not a Twilio number, or a short code of another country."),
    21660: broken("The sender's number belongs to another Twilio account."),
    21701: broken("The messaging service does not exist."),
    21702: broken("The messaging service is not available."),
    21703: broken("The messaging service has no number to send from."),
    21704: broken("The messaging service has no number to send from."),
    21705: broken("The messaging service is not valid."),
    21910: rejected("The sender and the recipient are not on the same channel."),
    30002: broken("The Twilio account is suspended."),
    63007: broken("The sender is not registered with this channel in the Twilio account."),
    # Later
    20429: Refusal(Outcome.NOT_ACCEPTED, "Twilio is busy; it will be tried again."),
    14107: Refusal(Outcome.NOT_ACCEPTED, "The account's sending rate is used up; it will be tried again."),
    63038: Refusal(
        Outcome.NOT_ACCEPTED,
        "The account's daily number of messages is used up; it will be tried again.",
        DAILY_CAP_WAIT_SECONDS,
    ),
}

# What is said of the sender's number, and yet can be about one recipient: numbers cannot text every country.
# https://www.twilio.com/docs/api/errors/21606 and /21659
ABOUT_NUMBERS = frozenset({"21606", "21659"})
NO_ROUTE = "The sender's number is good, but cannot text this recipient, who may be in another country."

# What a refusal or a delivery error teaches of the number, for all messages to come. Behind 30005 and 30006
# may be a dead number or a network that cannot be reached now; 30003 is a phone that is off.
LESSONS: dict[str, Lesson] = {
    "21610": Lesson.REFUSED,
    "21614": Lesson.GONE,
    "21635": Lesson.GONE,
    "30005": Lesson.MAYBE_GONE,
    "30006": Lesson.MAYBE_GONE,
} | CHANNEL_LESSONS

# For answers whose code is not listed above, or that carry none.
_BY_STATUS: dict[int, Refusal] = {
    401: REFUSALS[20003],
    403: REFUSALS[20006],
    404: REFUSALS[20404],
    429: REFUSALS[20429],
}
# A proxy's "request time-out" does not prove what the servers behind it did.
_PROVES_NOTHING = (408,)

# Codes in status callbacks: why an accepted message did not arrive.
DELIVERY_FAILURES: dict[int, str] = {
    21610: "This person has unsubscribed from this sender by writing STOP.",
    30001: "The sender's queue at Twilio was full.",
    30002: "The Twilio account was suspended before the message went out.",
    30003: "The phone was switched off or out of reach.",
    30004: "The recipient, or the carrier for them, blocks messages from this sender.",
    30005: "The number is unknown, or no longer in service.",
    30006: "The number is a landline, or its carrier cannot be reached.",
    30007: "The carrier filtered the message as unwanted.",
    30008: "The carrier gave no reason.",
    30009: "A part of the message was lost on its way in.",
    30010: "The message costs more than the limit that was set.",
    30017: "The carrier's network was congested.",
    30018: "The carrier did not know the sender's number.",
    30019: "The message is too large for the carrier.",
    30022: "The sender's registered rate (US A2P 10DLC) was exceeded.",
    30023: "The sender's registered daily limit (US A2P 10DLC) is used up.",
    30024: "The carrier has not set up the sender's number yet.",
    30027: "T-Mobile's daily limit for this brand is used up.",
    30032: "The toll-free number is not verified.",
    30033: "The registered campaign (US A2P 10DLC) is suspended.",
    30034: "The sender's number is not registered for US A2P 10DLC.",
    30035: "The registration of the sender's number is not finished.",
    30036: "The message could not be delivered in the time allowed for it.",
    30037: "Sending in this account is disabled.",
    30038: "The carrier allows no one-time codes in such messages.",
    30039: "The message was stopped because it went in a loop.",
    30040: "The carrier could not deliver to the recipient's network.",
    30410: "The carrier did not answer in time.",
    30450: "Delivery was blocked by the account's protection against pumping.",
    30500: "The carrier had a fault.",
    30610: "The recipient's carrier refuses the message.",
} | CHANNEL_FAILURES


def refusal(
    status: int, text: str, retry_after_seconds: float | None, table: Mapping[int, Refusal] = REFUSALS
) -> SendResult:
    """What an answer other than 2xx means. Any 4xx proves that nothing was created; nothing else does.

    `table` says what codes mean of what was asked for. `retry_after_seconds` is what the answer asked for,
    if it did. Error 20500's page says that repeating a POST after a 5xx may create a second message; 20429's,
    that a 429 was never processed.
    """
    code, message = _read_error(text)
    if not 400 <= status < 500 or status in _PROVES_NOTHING:
        return SendResult(
            outcome=Outcome.UNKNOWN,
            code=str(code or status),
            reason=f"Twilio answered with error {status}; the message may have gone out.",
        )
    known = table.get(code) if code is not None else None
    found = known or _BY_STATUS.get(status) or rejected(message or "Twilio refused the message.")
    wait = retry_after_seconds if retry_after_seconds is not None else found.retry_after_seconds
    return SendResult(
        outcome=found.outcome,
        code=str(code or status),
        reason=_with_page(found.reason, code),
        retry_after_seconds=wait if found.outcome is Outcome.NOT_ACCEPTED else None,
        lesson=LESSONS.get(str(code)) if found.outcome is Outcome.REJECTED else None,
    )


def is_about_number(result: SendResult) -> bool:
    """Whether the sender's number is blamed by an answer that proves that nothing was created."""
    return result.outcome is Outcome.SENDER_BROKEN and result.code in ABOUT_NUMBERS


def no_route(result: SendResult) -> SendResult:
    """The refusal for what is said of the sender's number, once the account was found to have that number."""
    code = int(result.code) if result.code else None
    return SendResult(outcome=Outcome.REJECTED, code=result.code, reason=_with_page(NO_ROUTE, code))


def has_code(text: str) -> bool:
    """Whether a refusal is in Twilio's own form, with a code of its table."""
    return _read_error(text)[0] is not None


def delivery_reason(code: str) -> str:
    """Why a message did not arrive, by the ErrorCode of a status callback."""
    number = int(code) if code.isascii() and code.isdigit() else None
    known = DELIVERY_FAILURES.get(number) if number is not None else None
    return _with_page(known or f"Twilio reports delivery error {code}.", number)


def words_of(code: str) -> str | None:
    """What a code means, of a refusal or of a delivery that failed; None for one that is not listed."""
    number = int(code) if code.isascii() and code.isdigit() else 0
    refusal = REFUSALS.get(number)
    return DELIVERY_FAILURES.get(number) or (refusal.reason if refusal else None)


def _with_page(reason: str, code: int | None) -> str:
    return reason if code is None else f"{reason} ({ERROR_PAGE.format(code=code)})"


def _read_error(text: str) -> tuple[int | None, str]:
    """Code and message of an error body, in Twilio's old form or as RFC 9457 problem details."""
    try:
        body = json.loads(text)
    except ValueError:
        return None, ""
    if not isinstance(body, dict):
        return None, ""
    code = body.get("code")
    message = body.get("message") or body.get("detail") or body.get("title") or ""
    return code if isinstance(code, int) else None, str(message)
