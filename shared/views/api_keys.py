"""API keys: what acts for the company."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict

from shared.domain.companies.api_key import ApiKey
from shared.firestore.queries.lists import API_KEYS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


class KeyMaker(Struct, frozen=True, kw_only=True):
    """A user who made a key. `name` and `email` are empty where the user is gone."""

    user_id: str
    name: str
    email: str


class ShownApiKey(ApiKey, frozen=True, kw_only=True):
    """A key as API and portal show it: `makers` are the users of `made_by`, in the same order."""

    makers: tuple[KeyMaker, ...]


async def list_api_keys(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    prefix: str | None = None,
    is_revoked: bool | None = None,
) -> Page[ApiKey]:
    """The company's keys that match every filter given, newest first; revoked ones too."""
    return await page_of(
        runtime.stores.api_keys, company_id, asked, API_KEYS, prefix=prefix, is_revoked=is_revoked
    )


async def list_shown_api_keys(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    prefix: str | None = None,
    is_revoked: bool | None = None,
) -> Page[ShownApiKey]:
    """The same, each with who made it."""
    page = await list_api_keys(runtime, company_id, asked, prefix=prefix, is_revoked=is_revoked)
    return Page(await with_makers(runtime, company_id, page.items), page.next_after)


async def get_api_key(runtime: Runtime, company_id: str, key_id: str) -> ShownApiKey:
    """One key. Raises NotFound."""
    key = await runtime.stores.api_keys.get(company_id, key_id)
    return (await with_makers(runtime, company_id, [key]))[0]


async def find_api_key(runtime: Runtime, company_id: str, key_id: str) -> ApiKey | None:
    """The key somebody says to hold, or None."""
    return await runtime.stores.api_keys.find(company_id, key_id)


async def with_makers(runtime: Runtime, company_id: str, keys: Sequence[ApiKey]) -> list[ShownApiKey]:
    """The keys with who made them, whose users are read together."""
    ids = {user_id for key in keys for user_id in key.made_by}
    users = await runtime.stores.users.find_many(company_id, ids) if ids else {}
    makers = {
        user_id: KeyMaker(
            user_id=user_id,
            name=users[user_id].name if user_id in users else "",
            email=users[user_id].email if user_id in users else "",
        )
        for user_id in ids
    }
    return [ShownApiKey(**asdict(key), makers=tuple(makers[one] for one in key.made_by)) for key in keys]
