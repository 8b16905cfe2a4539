"""API keys: what they may do, when they live, and that only the right text matches."""

from datetime import timedelta

import pytest

from shared.domain.companies.api_key import (
    ApiKey,
    Scope,
    digest_of,
    makers_of_next,
    matches,
    new_key_text,
    split_key_text,
)
from shared.domain.record import replace
from tests.kit.builders import NOON


def a_key(*scopes: Scope, text: str = "rk_acme_k1_secret") -> ApiKey:
    return ApiKey(
        id="k1", name="Office", prefix="rk_acme_k1", digest=digest_of(text), scopes=scopes, created_at=NOON
    )


@pytest.mark.parametrize(
    ("held", "allowed"),
    [
        ((), set()),
        ((Scope.READ,), {Scope.READ}),
        ((Scope.WRITE,), {Scope.READ, Scope.WRITE}),
        ((Scope.SEND,), {Scope.READ, Scope.SEND}),
        ((Scope.ADMIN,), set(Scope)),
    ],
)
def test_scopes_include_what_they_say(held: tuple[Scope, ...], allowed: set[Scope]) -> None:
    assert {scope for scope in Scope if a_key(*held).allows(scope)} == allowed


def test_a_key_ends_at_its_expiry_and_when_revoked() -> None:
    key = replace(a_key(Scope.READ), expires_at=NOON)
    assert key.is_live(NOON - timedelta(seconds=1))
    assert not key.is_live(NOON)
    assert a_key(Scope.READ).is_live(NOON)
    assert not replace(a_key(Scope.READ), revoked_at=NOON).is_live(NOON)


def test_only_the_whole_text_matches_and_nothing_of_the_secret_is_stored() -> None:
    text = new_key_text("acme", "k1")
    key = a_key(Scope.READ, text=text)
    assert matches(key, text)
    assert not matches(key, text[:-1])
    assert not matches(key, text.upper())
    assert text.rpartition("_")[2] not in repr(key)
    assert new_key_text("acme", "k1") != text


def test_a_key_names_its_company_and_itself() -> None:
    assert split_key_text(new_key_text("acme", "k1")) == ("acme", "k1")
    for wrong in (
        "",
        "rk_acme_k1",
        "rk_acme_k1_s_s",
        "xx_acme_k1_s",
        "rk__k1_s",
        "rk_a/b_k1_s",
        "rk_.._k1_s",
    ):
        assert split_key_text(wrong) is None


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [(("a",), ("b",), ("a", "b")), (("a",), ("a",), ("a",)), ((), ("b",), ("b",)), (("a",), (), ())],
)
def test_who_rotates_a_key_is_behind_it_too_and_an_unknown_one_makes_it_unknown(
    before: tuple[str, ...], now: tuple[str, ...], after: tuple[str, ...]
) -> None:
    assert makers_of_next(replace(a_key(), made_by=before), now) == after
