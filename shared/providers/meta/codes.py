"""What Meta's errors mean. https://developers.facebook.com/docs/messenger-platform/error-codes

An error names a code, and most a subcode, which decides where it is listed. Codes 1, 2 and 1200 prove
nothing: by Meta's own page all of a request may have been sent where it answers "1". Nor does any status of
500 and above. All others say why a request was not done.
"""

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from shared.domain.messages.sending import Lesson, Outcome, SendResult
from shared.providers.kit import http

RATE_WAIT_SECONDS = 60.0
LIMIT_WAIT_SECONDS = 600.0  # of what counts over an hour or a day, where Meta does not say how long
LONGEST_WAIT_SECONDS = 3600.0


class Refusal(Struct, frozen=True):
    """What an error proves, said in words, and what it teaches of the person."""

    outcome: Outcome
    reason: str
    retry_after_seconds: float | None = None
    lesson: Lesson | None = None


def _rejected(reason: str, lesson: Lesson | None = None) -> Refusal:
    return Refusal(Outcome.REJECTED, reason, lesson=lesson)


def _broken(reason: str) -> Refusal:
    return Refusal(Outcome.SENDER_BROKEN, reason)


def _later(reason: str, seconds: float) -> Refusal:
    return Refusal(Outcome.NOT_ACCEPTED, f"{reason}; it will be tried again.", seconds)


_UNKNOWN_CODES = frozenset({1, 2, 1200})
_OUTSIDE = _rejected("The person has not written within the last 24 hours: only then may they be written to.")
_GONE = _rejected("There is no such person towards this account, or they cannot be reached.", Lesson.GONE)
_BLOCKED = _rejected(
    "The person cannot be reached now: they blocked the account, or left.", Lesson.MAYBE_GONE
)
_TOKEN = _broken("Meta does not accept the access token: it ended, or was withdrawn. Enter a new one.")
_RIGHTS = _broken("The app may not send for this account: check its permissions, and that it was reviewed.")
_RATE = _later("The sender's rate at Meta is used up", RATE_WAIT_SECONDS)
_LIMIT = _later("The account's number of calls at Meta is used up", LIMIT_WAIT_SECONDS)

# By code and subcode.
_EXACT: dict[tuple[int, int], Refusal] = {
    (10, 2018278): _OUTSIDE,
    (10, 2534022): _OUTSIDE,  # Instagram's
    (10, 2018065): _OUTSIDE,
    (10, 2018108): _BLOCKED,
    (10, 2018300): _rejected("Another app, or a person in the inbox, leads this conversation now."),
    (10, 1893063): _broken("Meta has barred the page from sending for a time: look into its quality page."),
    (100, 2018001): _GONE,
    (100, 2534014): _GONE,  # Instagram's
    (100, 2018164): _rejected("The app's page is not the one that this person wrote to."),
    (100, 2018109): _rejected("The picture is larger than Meta takes."),
    (200, 1545041): _BLOCKED,
    (200, 2018021): _broken("The access token is not one of a page: enter the page's own."),
    (200, 2018028): _rejected("Until Meta has reviewed the app, it may write to its testers only."),
    (200, 2018027): _rejected("Until Meta has reviewed the app, it may write to its testers only."),
    (551, 1545041): _BLOCKED,
}
_BY_CODE: dict[int, Refusal] = {
    3: _RIGHTS,
    4: _RATE,
    10: _RIGHTS,
    17: _LIMIT,
    32: _LIMIT,
    102: _TOKEN,
    104: _broken("Meta wants the app's secret proved, and it does not fit the token: check both."),
    190: _TOKEN,
    200: _RIGHTS,
    368: _broken("Meta has barred the account from sending for a time, as its rules were broken."),
    551: _BLOCKED,
    613: _RATE,
    10903: _rejected("The person cannot answer to this conversation."),
    80001: _LIMIT,
    80002: _LIMIT,
    80006: _LIMIT,
    80007: _LIMIT,
}
# For answers whose code is not listed above, or that carry none.
_BY_STATUS: dict[int, Refusal] = {401: _TOKEN, 403: _RIGHTS, 429: _RATE}
# A proxy's "request time-out" does not prove what the servers behind it did.
_PROVES_NOTHING = (408,)


def refusal(status: int, text: str, headers: Mapping[str, str]) -> SendResult:
    """What an answer other than 2xx means. The table is total: what it does not list, and is no 4xx of Meta's
    own form, may have gone out.
    """
    error = _read_error(text)
    code, subcode = _number(error, "code"), _number(error, "error_subcode")
    known = _EXACT.get((code, subcode)) or _BY_CODE.get(code) or _BY_STATUS.get(status)
    is_unsure = code in _UNKNOWN_CODES or (known is None and bool(error.get("is_transient")))
    shown = f"{code}/{subcode}" if subcode else str(code or status)
    if is_unsure or not 400 <= status < 500 or status in _PROVES_NOTHING:
        reason = f"Meta answered with error {shown}; the message may have gone out."
        return SendResult(outcome=Outcome.UNKNOWN, code=shown, reason=reason)
    found = known or _rejected(str(error.get("message") or "Meta refused the message."))
    return SendResult(
        outcome=found.outcome,
        code=shown,
        reason=f"{found.reason} (Meta's error {shown})",
        retry_after_seconds=_wait(found, headers) if found.outcome is Outcome.NOT_ACCEPTED else None,
        lesson=found.lesson,
    )


def has_code(text: str) -> bool:
    """Whether a refusal is in Meta's own form."""
    return bool(_number(_read_error(text), "code"))


def _wait(found: Refusal, headers: Mapping[str, str]) -> float | None:
    """How long to wait: what the answer asks for, or what the account's use of its limit says.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting
    """
    asked = http.retry_after_seconds(headers)
    if asked is not None:
        return asked
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = [one["estimated_time_to_regain_access"] for several in usage.values() for one in several]
        told = max((float(one) * 60 for one in minutes), default=0.0)
    except (AttributeError, KeyError, TypeError, ValueError):
        told = 0.0
    return min(told, LONGEST_WAIT_SECONDS) or found.retry_after_seconds


def _read_error(text: str) -> dict[str, Any]:
    try:
        error = json.loads(text)["error"]
    except (KeyError, TypeError, ValueError):
        return {}
    return error if isinstance(error, dict) else {}


def _number(error: Mapping[str, Any], name: str) -> int:
    value = error.get(name)
    return value if isinstance(value, int) else 0
