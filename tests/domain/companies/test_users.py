"""Users, their sessions and tokens, and how often a password may be tried."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.companies.api_key import Scope
from shared.domain.companies.login import login_id
from shared.domain.companies.password import check_password, hash_password, is_password, nobodys_hash
from shared.domain.companies.session import IDLE, LONGEST, Session, is_live, new_session
from shared.domain.companies.throttle import STRETCH, Counted, one_more, throttle_id
from shared.domain.companies.token import new_token, read_token
from shared.domain.companies.user import MEANING, SCOPES, Role, User
from shared.domain.record import replace

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _user(role: Role = Role.EDITOR) -> User:
    return User(
        id="u",
        email="a@acme.example.org",
        name="A",
        role=role,
        password_hash="",
        created_at=NOON,
        sessions_since=NOON,
    )


def _session() -> Session:
    return new_session("digest", "u", NOON)


def test_each_role_may_do_what_those_before_it_may() -> None:
    allowed = [{scope for scope in Scope if _user(role).allows(scope)} for role in Role]
    assert allowed == [
        {Scope.READ},
        {Scope.READ, Scope.WRITE},
        {Scope.READ, Scope.WRITE, Scope.SEND},
        set(Scope),
    ]
    assert set(SCOPES) == set(MEANING) == set(Role)


def test_a_token_names_its_company_and_no_other_text_is_one() -> None:
    token = new_token("acme")
    read = read_token(token.text)
    assert read is not None
    assert (read.company_id, read.digest) == ("acme", token.digest)
    assert new_token("acme").text != token.text
    assert token.text not in token.digest
    for text in ("", "acme", "acme.", f"{token.text}x", token.text[:-1], f"a/b.{'x' * 43}", f".{'x' * 43}"):
        assert read_token(text) is None


@pytest.mark.parametrize(
    ("session", "user", "at", "expected"),
    [
        (_session(), _user(), NOON, True),
        (_session(), _user(), NOON + IDLE - SECOND, True),
        (_session(), _user(), NOON + IDLE, False),
        (replace(_session(), seen_at=NOON + LONGEST - SECOND), _user(), NOON + LONGEST - SECOND, True),
        (replace(_session(), seen_at=NOON + LONGEST - SECOND), _user(), NOON + LONGEST, False),
        (_session(), replace(_user(), sessions_since=NOON + SECOND), NOON, False),
        (_session(), replace(_user(), disabled_at=NOON), NOON, False),
    ],
)
def test_a_session_holds_while_it_is_used_and_its_user_may(
    session: Session, user: User, at: datetime, expected: bool
) -> None:
    assert is_live(session, user, at) is expected


def test_tries_are_counted_in_stretches() -> None:
    item_id = throttle_id(Counted.ACCOUNT, "a@acme.example.org")
    first = one_more(None, item_id, NOON)
    second = one_more(first, item_id, NOON + STRETCH - SECOND)
    third = one_more(second, item_id, NOON + STRETCH)
    assert [one.tries for one in (first, second, third)] == [1, 2, 1]
    assert item_id != throttle_id(Counted.ADDRESS, "a@acme.example.org")
    assert "acme" not in item_id


def test_a_login_is_found_in_any_spelling() -> None:
    assert login_id(" A@Acme.example.org") == login_id("a@acme.EXAMPLE.org ")


def test_a_password_is_stored_as_a_slow_hash_of_its_own() -> None:
    one, other = hash_password("lamp river wagon"), hash_password("lamp river wagon")
    assert one != other
    assert one.startswith("$argon2id$")
    assert is_password(one, "lamp river wagon")
    assert not is_password(one, "lamp river wagoN")
    assert not is_password("not a hash", "lamp river wagon")
    assert nobodys_hash().split("$")[2:4] == one.split("$")[2:4]  # the same work


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("lamp river wagon", True),
        ("x7#kQ!vv02Lm", True),
        ("short", False),
        ("passwordpassword", False),
        ("123456789012", False),
        ("north clinic 1", False),
        ("long enough " * 11, False),
    ],
)
def test_a_password_that_others_would_try_is_refused(password: str, is_good: bool) -> None:
    assert (check_password(password, ("North Clinic", "a@acme.example.org")) is None) is is_good
