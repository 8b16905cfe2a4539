"""Second factors: a code holds once and for a while, a recovery code once, and secrets open in one place."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from shared.domain.companies.second_factor import (
    RECOVERY_CODES,
    SecondFactor,
    new_recovery_codes,
    new_secret,
    purpose_of,
    recovery_digest,
    uri_of,
    used,
)
from shared.domain.record import replace
from shared.domain.sealing import sealed, unsealed

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
# RFC 6238 appendix B: the secret of its SHA-1 rows, of whose eight digits apps show the last six.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_ROWS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]


def _factor() -> SecondFactor:
    return SecondFactor(secret="", added_at=NOON, confirmed_at=NOON)


@pytest.mark.parametrize(("seconds", "code"), RFC_ROWS)
def test_the_codes_of_the_rfc_hold_at_their_time(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    after = used(_factor(), RFC_SECRET, code, at, "use")
    assert after is not None
    assert (after.last_step, after.last_use) == (seconds // 30, "use")
    assert used(_factor(), RFC_SECRET, f"{code[:3]} {code[3:]}", at, "use") == after
    for wrong in ("", "x", code[:5], f"{code}0", "".join(reversed(code)), "１２３４５６"):
        assert used(_factor(), RFC_SECRET, wrong, at, "use") is None


@pytest.mark.parametrize(("off", "holds"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_half_a_minute_wrong(off: int, holds: bool) -> None:
    code = pyotp.TOTP(RFC_SECRET).at(NOON + timedelta(seconds=off))
    assert (used(_factor(), RFC_SECRET, code, NOON, "use") is not None) == holds


def test_neither_a_used_code_nor_an_older_one_holds_again() -> None:
    app = pyotp.TOTP(RFC_SECRET)
    after = used(_factor(), RFC_SECRET, app.at(NOON), NOON, "use")
    assert after is not None
    for off in (-30, 0):
        assert used(after, RFC_SECRET, app.at(NOON + timedelta(seconds=off)), NOON, "again") is None
    assert used(after, RFC_SECRET, app.at(NOON + timedelta(seconds=30)), NOON, "again") is not None


def test_a_recovery_code_holds_once_however_it_is_typed() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    factor = replace(_factor(), recovery=tuple(recovery_digest(one) for one in codes))
    typed = f" {codes[3].upper().replace('-', ' ')} "
    after = used(factor, RFC_SECRET, typed, NOON, "use")
    assert after is not None
    assert len(after.recovery) == RECOVERY_CODES - 1
    assert used(after, RFC_SECRET, codes[3], NOON, "again") is None
    assert used(replace(factor, confirmed_at=None), RFC_SECRET, codes[4], NOON, "use") is None
    assert not any(one in repr(factor) for one in codes)


def test_an_app_reads_whose_the_secret_is() -> None:
    secret = new_secret()
    read = pyotp.parse_uri(uri_of(secret, "a@acme.example.org"))
    assert (read.secret, read.name, read.issuer) == (secret, "a@acme.example.org", "Rollcall")
    assert len(secret) == 32
    assert new_secret() != secret


def test_a_secret_opens_for_its_owner_with_the_present_key_or_a_former_one() -> None:
    hidden = sealed("secret", purpose_of("acme", "u"), "old")
    assert "secret" not in hidden
    assert unsealed(hidden, purpose_of("acme", "u"), ("new", "old")) == "secret"
    assert unsealed(hidden, purpose_of("acme", "u"), ("new",)) is None
    assert unsealed(hidden, purpose_of("acme", "v"), ("old",)) is None
    for cut in ("", "x", "é", hidden[:-2], f"{hidden}AAAA"):
        assert unsealed(cut, purpose_of("acme", "u"), ("old",)) is None
