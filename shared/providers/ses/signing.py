"""Requests to Amazon SES, signed by botocore (Signature Version 4) and sent over our session.

Its own client is synchronous, retries by itself, and takes a third of a second to build.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

import json
from collections.abc import Mapping

import aiohttp
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError
from yarl import URL

from shared.providers.kit import http
from shared.providers.ses.credentials import SesCredentials

SERVICE = "ses"  # the name in the signature, of version 2 of the API too


async def post(
    base_url: str,
    path: str,
    credentials: SesCredentials,
    timeout_seconds: float,
    body: Mapping[str, object],
) -> http.Answer:
    """The answer to one POST, sent once. Raises what `http.call` raises."""
    content = json.dumps(body).encode()
    url, headers = _signed("POST", base_url, path, credentials, content)
    return await http.call("POST", url, timeout_seconds=timeout_seconds, headers=headers, body=content)


async def get(base_url: str, path: str, credentials: SesCredentials, timeout_seconds: float) -> http.Answer:
    """The answer to a GET. Raises what `http.call` raises."""
    url, headers = _signed("GET", base_url, path, credentials)
    return await http.ask(url, timeout_seconds=timeout_seconds, headers=headers)


def _signed(
    method: str, base_url: str, path: str, credentials: SesCredentials, content: bytes = b""
) -> tuple[URL, dict[str, str]]:
    """The address, exactly as it was signed, and the headers with the signature.

    Raises InvalidURL when it cannot be signed: then nothing has left.
    """
    try:
        url = base_url.format(region=credentials.region).rstrip("/") + path
        headers = {"Content-Type": "application/json"} if content else {}
        request = AWSRequest(method=method, url=url, data=content, headers=headers)
        key = Credentials(credentials.access_key_id, credentials.secret_access_key)
        SigV4Auth(key, SERVICE, credentials.region).add_auth(request)
        return URL(url, encoded=True), dict(request.headers.items())
    except (AttributeError, BotoCoreError, LookupError, ValueError) as error:
        raise aiohttp.InvalidURL(base_url, "cannot be signed") from error
