"""Only a token that Google signed for our account and audience, and that counts now, opens a function."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import main
from functions import authentication
from functions.authentication import CLOCK_SKEW_SECONDS, LONGEST_TOKEN, CallerRefused, check_caller
from functions.google_certificates import GoogleCertificates
from functions.process import current_runtime
from shared.settings import Settings
from tests.kit.architecture.asgi import a_request
from tests.kit.architecture.google_signer import (
    ACCOUNT,
    AUDIENCE,
    LEFT_OUT,
    CertificatesAddress,
    Signer,
    certificates_address,
    segment,
)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def google(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Iterator[CertificatesAddress]:
    """Google's certificates are the signer's."""
    with certificates_address(signer) as address:
        monkeypatch.setattr(authentication, "CERTIFICATES", GoogleCertificates(address.url))
        yield address


@pytest.fixture
def cloud(environment: pytest.MonkeyPatch, google: CertificatesAddress) -> Settings:
    """The settings of a deployed function."""
    environment.delenv("ROLLCALL_CALLER_TOKEN")
    environment.setenv("ROLLCALL_CALLER_AUDIENCE", AUDIENCE)
    environment.setenv("ROLLCALL_CALLER_SERVICE_ACCOUNT", ACCOUNT)
    return current_runtime().settings


async def check(settings: Settings, *authorizations: str, query: str = "") -> None:
    request = a_request("/", query)
    request.scope["headers"] = [(b"authorization", text.encode()) for text in authorizations]
    await check_caller(request, settings)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"iss": "accounts.google.com"},
        {"issued_in": CLOCK_SKEW_SECONDS - 10},
        {"issued_in": -3600, "expires_in": 15 - CLOCK_SKEW_SECONDS},
    ],
    ids=["as Google makes them", "other issuer form", "clock ahead", "clock behind"],
)
async def test_our_push_account_is_let_in(cloud: Settings, signer: Signer, changes: dict[str, Any]) -> None:
    await check(cloud, f"Bearer {signer.token(**changes)}")
    await check(cloud, f"bearer {signer.token(**changes)}")  # RFC 9110: schemes ignore case


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "issuer another": {"iss": "https://issuer.example"},
    "issuer with a slash": {"iss": "https://accounts.google.com/"},
    "issuer by http": {"iss": "http://accounts.google.com"},
    "issuer that begins alike": {"iss": "https://accounts.google.com.example"},
    "issuer missing": {"iss": LEFT_OUT},
    "issuer a list": {"iss": ["https://accounts.google.com"]},
    "audience another": {"aud": "https://another.example"},
    "audience that begins alike": {"aud": AUDIENCE + "/send-batch"},
    "audience a part": {"aud": AUDIENCE[:-1]},
    "audience in capitals": {"aud": AUDIENCE.upper()},
    "audience a list with ours": {"aud": [AUDIENCE]},
    "audience a list with others": {"aud": ["https://another.example", AUDIENCE]},
    "audience empty": {"aud": ""},
    "audience missing": {"aud": LEFT_OUT},
    "account another": {"email": "push@another.iam.gserviceaccount.com"},
    "account in capitals": {"email": ACCOUNT.upper()},
    "account with a blank": {"email": ACCOUNT + " "},
    "account missing": {"email": LEFT_OUT},
    "account a list": {"email": [ACCOUNT]},
    "verified no": {"email_verified": False},
    "verified a text": {"email_verified": "true"},
    "verified a number": {"email_verified": 1},
    "verified missing": {"email_verified": LEFT_OUT},
    "expired": {"issued_in": -7200, "expires_in": -3600},
    "expired beyond the skew": {"expires_in": -CLOCK_SKEW_SECONDS - 5},
    "expiry missing": {"exp": LEFT_OUT},
    "expiry a text": {"exp": str(int(time.time()) + 3600)},
    "not valid yet": {"issued_in": CLOCK_SKEW_SECONDS + 60, "expires_in": 7200},
    "issue time missing": {"iat": LEFT_OUT},
}


@pytest.mark.parametrize("name", WRONG_CLAIMS)
async def test_a_token_with_another_claim_is_refused(cloud: Settings, signer: Signer, name: str) -> None:
    with pytest.raises(CallerRefused):
        await check(cloud, f"Bearer {signer.token(**WRONG_CLAIMS[name])}")


WRONG_HEADERS: dict[str, dict[str, Any]] = {
    "key id unknown": {"kid": "another"},
    "key id missing": {"kid": LEFT_OUT},
    "key id empty": {"kid": ""},
    "key id no text": {"kid": ["key"]},
    "algorithm none": {"alg": "none"},
    "algorithm missing": {"alg": LEFT_OUT},
    "algorithm of another kind of key": {"alg": "ES256"},
    "algorithm no text": {"alg": ["RS256"]},
}


@pytest.mark.parametrize("name", WRONG_HEADERS)
async def test_a_token_with_another_header_is_refused(cloud: Settings, signer: Signer, name: str) -> None:
    with pytest.raises(CallerRefused):
        await check(cloud, f"Bearer {signer.token(header=WRONG_HEADERS[name])}")


def forged(name: str, signer: Signer) -> str:
    """A token that Google did not sign."""
    head, claims, signature = signer.token().split(".")
    unsigned = f"{segment({'alg': 'none', 'kid': 'key'})}.{claims}"
    with_public_key = f"{segment({'alg': 'HS256', 'kid': 'key'})}.{claims}"
    mac = hmac.new(signer.certificate.encode(), with_public_key.encode(), hashlib.sha256).digest()
    changed = base64.urlsafe_b64decode(claims + "==").replace(
        b'"email_verified": true', b'"email_verified":true '
    )
    return {
        "signed by another key": Signer().token(),
        "unsigned": f"{unsigned}.",
        "unsigned, with the signature of another": f"{unsigned}.{signature}",
        "signed with the certificate as a password": f"{with_public_key}.{segment(mac)}",
        "claims changed": f"{head}.{segment(changed)}.{signature}",
        "claims of another token": f"{head}.{signer.token(sub='1').split('.')[1]}.{signature}",
        "signature cut": f"{head}.{claims}.{signature[:-4]}",
        "signature empty": f"{head}.{claims}.",
        "signature left out": f"{head}.{claims}",
        "a part too many": f"{head}.{claims}.{signature}.{signature}",
        "claims no object": f"{head}.{segment([1])}.{signature}",
        "header no object": f"{segment('RS256')}.{claims}.{signature}",
        "header no JSON": f"{segment(b'{')}.{claims}.{signature}",
        "not base64": f"{head}.***.{signature}",
        "bytes that are no text": f"{segment(bytes([255, 254]))}.{claims}.{signature}",
        "a word": "token",
        "dots": "..",
        "blank inside": f"{head}. {claims}.{signature}",
    }[name]


FORGED = (
    "signed by another key", "unsigned", "unsigned, with the signature of another",
    "signed with the certificate as a password", "claims changed", "claims of another token", "signature cut",
    "signature empty", "signature left out", "a part too many", "claims no object", "header no object",
    "header no JSON", "not base64", "bytes that are no text", "a word", "dots", "blank inside",
)  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
async def test_a_token_google_did_not_sign_is_refused(cloud: Settings, signer: Signer, name: str) -> None:
    with pytest.raises(CallerRefused):
        await check(cloud, f"Bearer {forged(name, signer)}")


@pytest.mark.parametrize(
    "make",
    [
        lambda token: [],
        lambda token: [""],
        lambda token: ["Bearer"],
        lambda token: ["Bearer "],
        lambda token: [token],
        lambda token: [f"Basic {token}"],
        lambda token: [f"Bearer{token}"],
        lambda token: [f"Bearer {token}, Bearer {token}"],
        lambda token: [f"Bearer {token} {token}"],
        lambda token: [f"Bearer {token}", f"Bearer {token}"],
        lambda token: ["Bearer token", f"Bearer {token}"],
        lambda token: [f"Bearer {token}{'A' * LONGEST_TOKEN}"],
    ],
)
async def test_a_good_token_that_is_not_sent_as_one_bearer_is_refused(
    cloud: Settings, signer: Signer, make: Callable[[str], list[str]]
) -> None:
    with pytest.raises(CallerRefused):
        await check(cloud, *make(signer.token()))


async def test_a_token_in_the_address_opens_nothing_in_the_cloud(cloud: Settings, signer: Signer) -> None:
    for query in (f"token={signer.token()}", "token=the-caller-token", "token="):
        with pytest.raises(CallerRefused):
            await check(cloud, query=query)


async def test_the_matrix_holds_at_a_function_too(cloud: Settings, signer: Signer) -> None:
    """What check_caller decides is what a function does: a body that is no job shows that we came through."""
    for token, status in ((signer.token(), 204), (signer.token(email_verified="true"), 403)):
        headers = {"authorization": f"Bearer {token}"}
        response = await main.send_batch(a_request("/", headers=headers, body=b"no job"))
        assert response.status_code == status


async def test_nobody_is_let_in_while_the_certificates_cannot_be_had(
    cloud: Settings, signer: Signer, google: CertificatesAddress
) -> None:
    google.status = 500
    headers = {"authorization": f"Bearer {signer.token()}"}
    for name in ("send_batch", "dispatch_due_batches"):
        response = await getattr(main, name)(a_request("/", headers=headers, body=b"no job"))
        assert response.status_code == 503  # ours may be asking: it asks again
