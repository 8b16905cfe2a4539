"""Who made the keys that the documents call with."""

from shared.domain.companies.user import Role, User
from tests.kit.builders import NOON

PEOPLE = [
    User(
        id=name.lower(),
        email=f"{name.lower()}@north-clinic.com",
        name=f"{name} Office",
        role=Role.ADMIN,
        password_hash="",  # nobody signs in
        created_at=NOON,
        sessions_since=NOON,
    )
    for name in ("Dana", "Kim")
]
