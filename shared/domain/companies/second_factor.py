"""A second factor: codes of an authenticator app (RFC 6238), and recovery codes for who lost it."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.record import replace

ISSUER = "Rollcall"
CONFIRM_WITHIN = timedelta(minutes=30)
SECRET_CHARACTERS = 32  # 160 bits in base32: RFC 4226 section 4
RECOVERY_CODES = 10
# 118 bits: from 112 on a plain hash suffices (OWASP ASVS 6.5.2).
_RECOVERY_CHARACTERS, _GROUP = 24, 4
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: they are mistaken for each other
_DRIFT = 1  # steps of half a minute that a clock may be wrong: RFC 6238 section 5.2
_CODE = re.compile(r"\d{6}", re.ASCII)


class SecondFactor(Struct, frozen=True, kw_only=True):
    """A user's second factor. `secret` is sealed by our key, `recovery` are digests of the unused codes.

    Codes of the step `last_step` and of earlier ones hold no more. `last_use` names who used the last one, so
    that a transaction that runs again knows its own work. Until `confirmed_at` it is asked for nowhere.
    """

    secret: str
    added_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0
    recovery: tuple[str, ...] = ()
    last_use: str = ""

    @property
    def is_confirmed(self) -> bool:
        """Whether its owner has shown that their app gives its codes."""
        return self.confirmed_at is not None


def purpose_of(company_id: str, user_id: str) -> str:
    """What a user's secret is sealed for: it opens in no other's place."""
    return f"second factor {company_id} {user_id}"


def new_secret() -> str:
    """A secret nobody can guess, in base32, as apps take it."""
    import pyotp

    return pyotp.random_base32(SECRET_CHARACTERS)


def uri_of(secret: str, email: str) -> str:
    """What an app reads from the QR code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def used(factor: SecondFactor, secret: str, given: str, now: datetime, use: str) -> SecondFactor | None:
    """The factor after `given`, a code of the app or a recovery code, was used; None when it does not hold.

    A code holds once: neither it nor an older one is taken again (RFC 6238 section 5.2).
    """
    code = "".join(given.split())
    if _CODE.fullmatch(code):
        step = _step_of(secret, code, now, factor.last_step)
        return None if step is None else replace(factor, last_step=step, last_use=use)
    digest = recovery_digest(given)
    if not factor.is_confirmed or digest not in factor.recovery:
        return None
    left = tuple(one for one in factor.recovery if one != digest)
    return replace(factor, recovery=left, last_use=use)


def new_recovery_codes() -> list[str]:
    """Codes that are shown once, in groups that can be read aloud."""
    return [_grouped(_random_text()) for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """What is stored of a recovery code, however it is typed."""
    plain = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(plain.encode()).hexdigest()


def _random_text() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_CHARACTERS))


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step that has this code, if it is neither used nor too far from now."""
    import pyotp
    from pyotp.exceptions import OTPVerificationError

    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=_DRIFT)
    except OTPVerificationError:
        return None
    return step if step > last_step else None
