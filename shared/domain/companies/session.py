"""A session: one browser in which a user is signed in. It ends when idle, after a day, or by a click."""

from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.companies.user import User

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)  # NIST SP 800-63B 2.2.3: at least once in twelve hours
CODE_WITHIN = timedelta(minutes=10)  # of the password, the second factor's code
NOTED_EVERY = timedelta(minutes=5)  # so that looking at pages is not a write each


class Session(Struct, frozen=True, kw_only=True):
    """A session under its token's digest. `expires_at` has a TTL policy.

    One that `awaits_code` shows no page: its token is worth a try at the second factor's code and no more.
    One `by_issuer` began at the company's OIDC issuer, which has its own second factor.
    """

    id: str
    user_id: str
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    awaits_code: bool = False
    by_issuer: bool = False


def new_session(
    digest: str, user_id: str, now: datetime, *, awaits_code: bool = False, by_issuer: bool = False
) -> Session:
    """A session that begins now."""
    return Session(
        id=digest,
        user_id=user_id,
        started_at=now,
        seen_at=now,
        expires_at=now + (CODE_WITHIN if awaits_code else LONGEST),
        awaits_code=awaits_code,
        by_issuer=by_issuer,
    )


def is_live(session: Session, user: User, now: datetime) -> bool:
    """Whether the session holds now, for this user; one that awaits a code is not yet one."""
    return not session.awaits_code and _has_not_ended(session, user, now)


def may_give_code(session: Session, user: User, now: datetime) -> bool:
    """Whether the password was given a moment ago, and the code is still to come."""
    return session.awaits_code and _has_not_ended(session, user, now)


def _has_not_ended(session: Session, user: User, now: datetime) -> bool:
    return (
        user.disabled_at is None
        and session.started_at >= user.sessions_since
        and now < session.expires_at
        and now < session.seen_at + IDLE
    )
