"""Signing in by a company's issuer: only who it proves, for us, now, and of the company's own people."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.domain.companies.oidc import FINISH_WITHIN, SECRETS_ID
from shared.domain.companies.user import Role
from shared.domain.record import replace
from shared.usecases.users.invite_user import invite_user
from tests.kit.api.office import OURS, THEIRS, Office
from tests.kit.clock import Clock
from tests.kit.hooks import lets_local
from tests.kit.portal.issuer import CLIENT_ID, CLIENT_SECRET, LEFT_OUT, Issuer, running_issuer
from tests.kit.portal.visitor import Visitor
from tests.portal.conftest import PASSWORD, SignedIn

HERE, BEGIN, BACK = "/settings/sign-in", f"/sign-in/with/{OURS}", "/sign-in/callback"
VIEWER = f"{Role.VIEWER}@{OURS}.example.org"


@pytest_asyncio.fixture
async def issuer(office: Office, clock: Clock) -> AsyncIterator[Issuer]:
    """An issuer that the local stack's setting lets us reach."""
    lets_local(office.runtime)
    async with running_issuer(clock) as running:
        yield running


@pytest_asyncio.fixture
async def admin(signed_in: SignedIn) -> Visitor:
    """An admin of ours."""
    return await signed_in(Role.ADMIN)


def _fields(at: Issuer, /, **changes: str) -> dict[str, str]:
    return {
        "issuer": at.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "domains": "acme.example.org",
    } | changes


async def _save(admin: Visitor, issuer: Issuer, /, **changes: str) -> None:
    answer = await admin.post(f"{HERE}/oidc", _fields(issuer, **changes), seen=HERE)
    assert answer.status_code == 303, admin.says


async def _come_back(person: Visitor, issuer: Issuer, wanted: str = "/files", **brought: str) -> str:
    """Somebody signs in at the issuer; where they are led."""
    answer = await person.get(f"{BEGIN}?next={wanted}")
    assert answer.status_code == 303, person.says
    found = issuer.authorize(answer.headers["location"]) | brought
    query = "&".join(f"{name}={value}" for name, value in found.items())
    return (await person.get(f"{BACK}?{query}")).headers["location"]


async def test_a_user_signs_in_and_needs_no_second_factor_here(
    office: Office, issuer: Issuer, admin: Visitor, signed_in: SignedIn, visitor: Visitor
) -> None:
    await signed_in(Role.VIEWER)
    await _save(admin, issuer)
    await office.stores.companies.change(OURS, requires_second_factor=True)
    issuer.email = VIEWER.upper().replace("ACME", "acme").replace("EXAMPLE.ORG", "example.org")
    assert await _come_back(visitor, issuer) == "/files"
    assert (await visitor.get("/files")).status_code == 200
    assert "viewer of acme" in (await visitor.get("/account")).text
    assert (await visitor.get("/settings/users")).status_code == 403
    one, two = Visitor(office.runtime), issuer.asked[0]
    await _come_back(one, issuer)
    assert all(two[name] != issuer.asked[1][name] for name in ("state", "nonce", "code_challenge"))
    await one.close()


async def test_who_was_invited_becomes_a_user_and_nobody_else(
    office: Office, issuer: Issuer, admin: Visitor, visitor: Visitor, clock: Clock
) -> None:
    await _save(admin, issuer)
    assert await _come_back(visitor, issuer) == "/sign-in"
    given = (issuer.email, "New Person", Role.EDITOR)
    _, token = await invite_user(office.runtime, OURS, *given, by="a test")
    page = await visitor.get(f"/invitation/{token.text}")
    assert BEGIN in page.text
    assert await _come_back(visitor, issuer) == "/files"
    assert "New Person" in (await visitor.get("/account")).text
    assert (await visitor.get("/files/new")).status_code == 200
    assert (await Visitor(office.runtime).get(f"/invitation/{token.text}")).status_code == 404
    await invite_user(office.runtime, OURS, "late@acme.example.org", "Late", Role.EDITOR, by="a test")
    clock.at += timedelta(days=7)
    issuer.email = "late@acme.example.org"
    assert await _come_back(Visitor(office.runtime), issuer) == "/sign-in"


async def test_whoever_has_an_address_of_the_domain_joins_as_a_viewer_where_that_is_set(
    office: Office, issuer: Issuer, admin: Visitor, visitor: Visitor
) -> None:
    await _save(admin, issuer, joins="on")
    assert await _come_back(visitor, issuer) == "/files"
    assert (await visitor.get("/files")).status_code == 200
    assert (await visitor.get("/files/new")).status_code == 403
    assert (await visitor.sign_in(issuer.email, PASSWORD)).status_code == 403
    issuer.email = "new@elsewhere.example.org"
    assert await _come_back(Visitor(office.runtime), issuer) == "/sign-in"


async def test_users_of_another_company_and_disabled_ones_stay_out(
    office: Office, issuer: Issuer, admin: Visitor, signed_in: SignedIn, visitor: Visitor
) -> None:
    await signed_in(Role.VIEWER, THEIRS)
    await signed_in(Role.VIEWER)
    await _save(admin, issuer, domains="acme.example.org, globex.example.org", joins="on")
    issuer.email = f"{Role.VIEWER}@{THEIRS}.example.org"
    assert await _come_back(visitor, issuer) == "/sign-in"
    issuer.email = VIEWER
    login = await office.stores.logins.find(VIEWER)
    assert login is not None
    user = await office.stores.users.get(OURS, login.user_id)
    await office.stores.users.save(OURS, user.id, replace(user, disabled_at=office.runtime.now()))
    assert await _come_back(visitor, issuer) == "/sign-in"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": LEFT_OUT},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"aud": LEFT_OUT},
        {"azp": "another client"},
        {"nonce": "of another sign-in"},
        {"nonce": LEFT_OUT},
        {"exp": 0},
        {"exp": LEFT_OUT},
        {"iat": 4_000_000_000},
        {"email_verified": False},
        {"email_verified": LEFT_OUT},
        {"email_verified": "false"},
        {"email": LEFT_OUT},
        {"email": "new@elsewhere.example.org"},
        {"email": "new@sub.acme.example.org"},
        {"email": "new@elsewhere.example.org@acme.example.org"},
    ],
    ids=str,
)
async def test_a_token_that_proves_it_not_is_refused(
    issuer: Issuer, admin: Visitor, visitor: Visitor, claims: dict[str, Any]
) -> None:
    await _save(admin, issuer, joins="on")
    issuer.claims = claims
    assert await _come_back(visitor, issuer) == "/sign-in"
    assert "could not be used to sign in" in (await visitor.get("/sign-in")).text
    issuer.claims = {}
    assert await _come_back(visitor, issuer) == "/files"


@pytest.mark.parametrize("way", ["unsigned", "signed_with_public_key", "signed_by_another"])
async def test_a_token_that_the_issuer_did_not_sign_is_refused(
    issuer: Issuer, admin: Visitor, visitor: Visitor, way: str
) -> None:
    await _save(admin, issuer, joins="on")
    issuer.sign = getattr(issuer, way)
    assert await _come_back(visitor, issuer) == "/sign-in"


async def test_a_shared_secret_among_the_keys_signs_nothing(
    office: Office, issuer: Issuer, admin: Visitor, visitor: Visitor
) -> None:
    other = Visitor(office.runtime)
    await _save(admin, issuer, joins="on")
    issuer.shown.append({"kty": "oct", "k": "c2VjcmV0", "kid": "two", "alg": "HS256"})
    assert await _come_back(visitor, issuer) == "/files"
    issuer.shown = issuer.shown[1:]
    assert await _come_back(other, issuer) == "/sign-in"


async def test_an_owner_of_the_domain_that_entra_verified_will_do(
    issuer: Issuer, admin: Visitor, visitor: Visitor
) -> None:
    await _save(admin, issuer, joins="on")
    issuer.claims = {"email_verified": LEFT_OUT, "xms_edov": True, "aud": [CLIENT_ID]}
    assert await _come_back(visitor, issuer) == "/files"


async def test_only_the_browser_that_began_finishes_once_and_in_time(
    office: Office, issuer: Issuer, admin: Visitor, visitor: Visitor, clock: Clock
) -> None:
    await _save(admin, issuer, joins="on")
    answer = await visitor.get(BEGIN)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-oidc=")
    assert "SameSite=lax" in cookie
    found = issuer.authorize(answer.headers["location"])
    path = f"{BACK}?code={found['code']}&state={found['state']}"
    other = Visitor(office.runtime)
    assert (await other.get(path)).headers["location"] == "/sign-in"
    assert (await visitor.get(path)).headers["location"] == "/"
    assert (await visitor.get(path)).headers["location"] == "/sign-in"
    for brought in ({"state": "x"}, {"code": "x"}, {"code": ""}, {"iss": "https://elsewhere.example"}):
        assert await _come_back(other, issuer, **brought) == "/sign-in"
    answer = await other.get(BEGIN)
    found = issuer.authorize(answer.headers["location"])
    clock.at += FINISH_WITHIN
    path = f"{BACK}?code={found['code']}&state={found['state']}"
    assert (await other.get(path)).headers["location"] == "/sign-in"
    await other.close()


@pytest.mark.parametrize("wanted", ["https://x.example", "//x.example", "/\\x.example"])
async def test_it_leads_to_our_own_pages_only(
    issuer: Issuer, admin: Visitor, visitor: Visitor, wanted: str
) -> None:
    await _save(admin, issuer, joins="on")
    assert await _come_back(visitor, issuer, wanted) == "/"


async def test_a_company_without_an_issuer_has_no_such_way(
    office: Office, issuer: Issuer, admin: Visitor, visitor: Visitor
) -> None:
    assert (await visitor.get(BEGIN)).status_code == 404
    assert (await visitor.get("/sign-in/with/nobody")).status_code == 404
    await _save(admin, issuer, joins="on")
    answer = await visitor.get(BEGIN)
    await admin.post(f"{HERE}/oidc/remove", seen=HERE)
    found = issuer.authorize(answer.headers["location"])
    path = f"{BACK}?code={found['code']}&state={found['state']}"
    assert (await visitor.get(path)).headers["location"] == "/sign-in"
    assert await office.runtime.secrets.values(OURS, SECRETS_ID, fresh=True) == []


async def test_the_secret_is_kept_apart_shown_to_nobody_and_stays_when_none_is_typed(
    office: Office, issuer: Issuer, admin: Visitor, visitor: Visitor
) -> None:
    assert (await admin.post(f"{HERE}/oidc", _fields(issuer, client_secret=""), seen=HERE)).status_code == 422
    issuer.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await _save(admin, issuer, joins="on")
    await _save(admin, issuer, joins="on", client_secret="")
    assert CLIENT_SECRET not in (await admin.get(HERE)).text
    assert CLIENT_SECRET not in repr(await office.stores.companies.get(OURS))
    assert len(await office.runtime.secrets.values(OURS, SECRETS_ID, fresh=True)) == 1
    assert await _come_back(visitor, issuer) == "/files"
    await _save(admin, issuer, client_secret="another")
    assert len(await office.runtime.secrets.values(OURS, SECRETS_ID, fresh=True)) == 1
    assert await _come_back(visitor, issuer) == "/sign-in"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "http://issuer.example.org"}, "begin with https://"),
        ({"issuer": "https://10.0.0.5"}, "inside a network"),
        ({"issuer": "https://169.254.169.254"}, "inside a network"),
        ({"issuer": "http://127.0.0.1:9"}, "could not be asked"),
        ({"domains": ""}, "1 to 50 domains"),
        ({"domains": "acme"}, "acme is none"),
        ({"domains": "a@acme.example.org"}, "is none"),
        ({"client_id": " "}, "client id"),
    ],
    ids=str,
)
async def test_settings_that_cannot_work_are_refused(
    issuer: Issuer, admin: Visitor, changes: dict[str, str], said: str
) -> None:
    answer = await admin.post(f"{HERE}/oidc", _fields(issuer, **changes), seen=HERE)
    assert answer.status_code == 422
    assert said in admin.says


async def test_an_issuer_inside_a_network_is_never_asked(
    office: Office, issuer: Issuer, admin: Visitor
) -> None:
    settings = replace(office.runtime.settings, webhook_targets="public")
    office.runtime.settings = settings
    for url in (issuer.url, issuer.url.replace("127.0.0.1", "localhost")):
        answer = await admin.post(f"{HERE}/oidc", _fields(issuer) | {"issuer": url}, seen=HERE)
        assert answer.status_code == 422
    lets_local(office.runtime)
    for described in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "https://10.0.0.5/token"},
        {"jwks_uri": None},
    ):
        issuer.described = described
        assert (await admin.post(f"{HERE}/oidc", _fields(issuer), seen=HERE)).status_code == 422
