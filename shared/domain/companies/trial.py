"""Trial mode: a company that is still trying things out sends only to addresses it has verified.

An address is verified by a code that is sent to it, and entered by whoever received it. The code is stored
nowhere: it follows from our key and from the id of the message that brings it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sized
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.errors import Conflict
from shared.domain.record import replace

MOST_VERIFIED = 50
MOST_WAITING = 10
CODE_LASTS = timedelta(minutes=15)
SENT_AGAIN_AFTER = timedelta(minutes=1)
MOST_TRIES = 5  # of a million codes one holds
MOST_CODES, COUNTED_FOR = 20, timedelta(days=1)
CODE_DIGITS = 6


class VerifiedAddress(Struct, frozen=True, kw_only=True):
    """An address whose owner agreed to get a company's trials. `key` is what it is compared by."""

    key: str
    address: str
    verified_at: datetime
    verified_by: str


class SentCode(Struct, frozen=True, kw_only=True):
    """A code on its way to an address, on a `channel` by its name. `message_id` brings it; `tries` are the
    wrong ones.
    """

    key: str
    channel: str
    address: str
    message_id: str
    sent_at: datetime
    tries: int = 0

    @property
    def expires_at(self) -> datetime:
        """From when it holds no more."""
        return self.sent_at + CODE_LASTS

    @property
    def tries_left(self) -> int:
        """How many wrong codes more are taken."""
        return max(0, MOST_TRIES - self.tries)


class Trial(Struct, frozen=True, kw_only=True):
    """Since when a company is in trial, and to whom alone it sends."""

    since: datetime
    verified: tuple[VerifiedAddress, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """What the verified addresses are compared by."""
        return frozenset(one.key for one in self.verified)


class TrialCodes(Struct, frozen=True, kw_only=True):
    """The codes under way, and how many went out since `counted_since`."""

    sent: tuple[SentCode, ...] = ()
    counted_since: datetime | None = None
    count: int = 0

    def waiting(self, now: datetime) -> tuple[SentCode, ...]:
        """The codes that may still be entered."""
        return tuple(one for one in self.sent if now < one.expires_at and one.tries_left)


NO_CODES = TrialCodes()


def code_of(message_id: str, key: str) -> str:
    """The code that the message brings."""
    digest = hmac.digest(f"rollcall trial code\0{key}".encode(), message_id.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def with_verified(trial: Trial | None, added: VerifiedAddress) -> Trial:
    """The trial with one more address. Raises Conflict without a trial, and for too many."""
    trial = in_trial(trial)
    others = tuple(one for one in trial.verified if one.key != added.key)
    _check_room(others)
    return replace(trial, verified=(*others, added))


def without_verified(trial: Trial | None, address: str) -> Trial:
    """The trial without this address. Raises Conflict without a trial."""
    trial = in_trial(trial)
    return replace(trial, verified=tuple(one for one in trial.verified if one.address != address))


def with_code(trial: Trial | None, codes: TrialCodes, code: SentCode) -> TrialCodes:
    """The codes with one more, in place of one before to that address.

    Raises Conflict without a trial, for too many, and too soon.
    """
    trial, now = in_trial(trial), code.sent_at
    if code.key in trial.keys:
        raise Conflict(f"{code.address} is verified already.")
    _check_room(trial.verified)
    before = next((one for one in codes.sent if one.key == code.key), None)
    if before is not None and now < before.sent_at + SENT_AGAIN_AFTER:
        raise Conflict("A code was sent there just now: enter it, or ask for another one in a minute.")
    others = tuple(one for one in codes.waiting(now) if one.key != code.key)
    if len(others) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} codes wait to be entered: enter those first, or wait until they end.")
    since, count = codes.counted_since, codes.count
    if since is None or now >= since + COUNTED_FOR:
        since, count = now, 0
    if count >= MOST_CODES:
        raise Conflict(f"{MOST_CODES} codes were sent within a day, which is the most. Try again tomorrow.")
    return TrialCodes(sent=(*others, code), counted_since=since, count=count + 1)


def entered(
    trial: Trial | None,
    codes: TrialCodes,
    key: str,
    code: str,
    secrets: Iterable[str],
    now: datetime,
    by: str,
) -> tuple[Trial, TrialCodes] | None:
    """What stands after a code was entered: the address is verified when it is right, else a try is gone.

    None where no code waits for the address, or it has had its tries. Raises Conflict without a trial.
    """
    trial = in_trial(trial)
    sent = next((one for one in codes.waiting(now) if one.key == key), None)
    if sent is None:
        return None
    given = "".join(code.split()).encode()
    if any(hmac.compare_digest(given, code_of(sent.message_id, secret).encode()) for secret in secrets):
        added = VerifiedAddress(key=key, address=sent.address, verified_at=now, verified_by=by)
        left = tuple(one for one in codes.sent if one is not sent)
        return with_verified(trial, added), replace(codes, sent=left)
    tried = replace(sent, tries=sent.tries + 1)
    return trial, replace(codes, sent=tuple(tried if one is sent else one for one in codes.sent))


def in_trial(trial: Trial | None) -> Trial:
    """The trial. Raises Conflict where there is none."""
    if trial is None:
        raise Conflict("The company is not in trial: it sends to every address.")
    return trial


def _check_room(verified: Sized) -> None:
    if len(verified) >= MOST_VERIFIED:
        raise Conflict(f"A company in trial has at most {MOST_VERIFIED} verified addresses.")
