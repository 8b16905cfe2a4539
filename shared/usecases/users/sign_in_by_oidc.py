"""Sign in by the company's issuer: there and back, with proof of who it is."""

import hmac
import secrets
from collections.abc import Mapping

from shared import log
from shared.domain.companies.id_token import IdTokenInvalid, read_id_token
from shared.domain.companies.oidc import (
    CALLBACK_PATH,
    PURPOSE,
    SECRET_FIELD,
    SECRETS_ID,
    Begun,
    Oidc,
    authorization_url,
    begin,
    begun_in,
    packed,
    verified_email,
)
from shared.domain.companies.throttle import Counted
from shared.domain.companies.user import Role, User
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.sealing import sealed, unsealed
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.users import INVITATIONS_OF_ADDRESS
from shared.runtime import Runtime
from shared.usecases.users.create_user import AddressTaken, checked_email, new_user, put_user
from shared.usecases.users.note_sign_in import note_refusal
from shared.usecases.users.save_oidc import open_issuer
from shared.usecases.users.sign_in import NewSession, SignInRefused, begin_session
from shared.usecases.users.use_code import count_try

_REFUSED = (
    "Your company's account could not be used to sign in here. Ask an admin of your company whether you are "
    "a user, with the address of that account."
)


async def begin_oidc(runtime: Runtime, company_id: str, wanted: str, address: str) -> tuple[str, str]:
    """Where the browser goes, and what it carries until it comes back. `wanted` is a page of ours.

    Raises NotFound for a company without an issuer, or none; TooManyTries.
    """
    await count_try(runtime, company_id, Counted.ADDRESS, address)
    company = await runtime.stores.companies.find(company_id)
    if company is None or company.oidc is None or company.is_being_deleted:
        raise NotFound("sign-in", company_id)
    begun = begin(company_id, company.oidc, wanted, runtime.now())
    carried = sealed(packed(begun), PURPOSE, runtime.settings.link_keys[0])
    return authorization_url(company.oidc, begun, redirect_uri(runtime)), carried


async def sign_in_by_oidc(
    runtime: Runtime, company_id: str, begun: Begun, answer: Mapping[str, str], address: str
) -> NewSession:
    """The session of who the issuer says it is. `answer` is what the browser brought from there, `address`
    where it asks from.

    Raises SignInRefused, whatever is wrong with who it is; IssuerUnavailable, SecretsUnavailable.
    """
    company = await runtime.stores.companies.find(company_id)
    oidc = company.oidc if company and not company.is_being_deleted else None
    if oidc is None or oidc.issuer != begun.issuer or not _is_answer(begun, answer, oidc):
        raise SignInRefused(_REFUSED)
    email = await _proved_email(runtime, company_id, begun, oidc, answer["code"])
    user = await _user_of(runtime, company_id, email, oidc) if email else None
    if user is None or user.disabled_at is not None:
        log.event("oidc sign-in refused", company_id=company_id, has_email=email is not None)
        if user is not None:
            await note_refusal(runtime, company_id, user, address)
        raise SignInRefused(_REFUSED)
    return await begin_session(runtime, company_id, user, gave_code=True, by_issuer=True, came_from=address)


def read_begun(runtime: Runtime, carried: str, state: str) -> Begun | None:
    """The sign-in that this browser began with this state; None when there is none, or it is too late."""
    begun = begun_in(unsealed(carried, PURPOSE, runtime.settings.link_keys)) if carried else None
    if begun is None or runtime.now() >= begun.until:
        return None
    return begun if hmac.compare_digest(begun.state.encode(), state.encode()) else None


def redirect_uri(runtime: Runtime) -> str:
    """Where issuers send browsers back to; it follows from the settings alone."""
    return f"{runtime.settings.portal_url}{CALLBACK_PATH}"


def _is_answer(begun: Begun, answer: Mapping[str, str], oidc: Oidc) -> bool:
    """Whether there is a code, and from this issuer where it says so (RFC 9207)."""
    return bool(answer.get("code")) and answer.get("iss", oidc.issuer) == begun.issuer


async def _proved_email(runtime: Runtime, company_id: str, begun: Begun, oidc: Oidc, code: str) -> str | None:
    values = await runtime.secrets.values(company_id, SECRETS_ID)
    secret = values[0].fields.get(SECRET_FIELD, "") if values else ""
    log.conceal([secret] if secret else [])
    async with open_issuer(runtime) as client:
        tokens = await client.tokens(oidc, secret, code, begun.verifier, redirect_uri(runtime))
        keys = await client.keys(oidc)
    try:
        claims = read_id_token(tokens.get("id_token"), keys, oidc, begun.nonce, runtime.now())
    except IdTokenInvalid as invalid:
        log.event("id token refused", company_id=company_id, why=str(invalid))
        return None
    return verified_email(claims, oidc.domains)


async def _user_of(runtime: Runtime, company_id: str, email: str, oidc: Oidc) -> User | None:
    """The company's user with this address: one there is, one who was invited, or one who may join."""
    login = await runtime.stores.logins.find(email)
    if login is not None:
        is_ours = login.company_id == company_id
        return await runtime.stores.users.find(company_id, login.user_id) if is_ours else None
    try:
        return await _new_user(runtime, company_id, checked_email(email), oidc)
    except (AddressTaken, InvalidInput):
        return None


async def _new_user(runtime: Runtime, company_id: str, email: str, oidc: Oidc) -> User | None:
    stores, now = runtime.stores, runtime.now()
    found = await stores.invitations.some(company_id, INVITATIONS_OF_ADDRESS, email, limit=20)
    invited = [one for one in found if one.user_id is None and now < one.expires_at]
    if not invited and not oidc.joins:
        return None
    role, name = (invited[0].role, invited[0].name) if invited else (Role.VIEWER, email.partition("@")[0])
    user = await new_user(runtime, email, name, role, secrets.token_urlsafe(32))

    async def join(transaction: Transaction) -> User:
        known = await stores.users.find(company_id, user.id, transaction)
        if known is None:
            await put_user(runtime, company_id, transaction, user)
            for one in invited:
                transaction.delete(stores.invitations.ref(company_id, one.id))
        return known or user

    return await transact(stores.db, join)
