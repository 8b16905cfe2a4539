"""Calls to Meta's Graph API, signed in, and questions to it that send nothing."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from shared.domain.messages.sending import Outcome
from shared.providers.kit import http
from shared.providers.kit.asking import (
    NOT_SERVED_STATUSES,
    NotServed,
    ProviderUnavailable,
    QuestionRefused,
    SenderRefused,
)
from shared.providers.meta import codes
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.platform import GRAPH, Platform

API_VERSION = "v25.0"  # https://developers.facebook.com/docs/graph-api/changelog


class MetaClient:
    """One account's way to the Graph API."""

    def __init__(
        self, credentials: MetaCredentials, platform: Platform, base_url: str, timeout_seconds: float
    ) -> None:
        self.credentials = credentials
        self.platform = platform
        base_url = base_url.rstrip("/")
        self._host = platform.host if base_url == GRAPH and not credentials.page_id else base_url
        self._timeout_seconds = timeout_seconds

    def account(self, address: str) -> str:
        """The node that stands for a sender: its own, or the page that an Instagram account is linked to."""
        return self.credentials.page_id or address

    async def post(self, path: str, body: Mapping[str, object]) -> http.Answer:
        """Send JSON once. Whatever this raises is for `http.failure` to judge."""
        return await http.call(
            "POST",
            f"{self._host}/{API_VERSION}/{path}",
            timeout_seconds=self._timeout_seconds,
            headers=self._signed_in,
            params=self._proof,
            json=body,
        )

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        """The answer to a question, signed in. Raises SenderRefused, ProviderUnavailable."""
        return await self.ask(f"{API_VERSION}/{path}", {**params, **self._proof}, self._signed_in)

    async def ask(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer to a question with these parameters alone, likewise."""
        try:
            answer = await http.ask(
                f"{self._host}/{path}",
                timeout_seconds=self._timeout_seconds,
                headers=headers,
                params=params,
            )
            if 200 <= answer.status < 300:
                return dict(json.loads(answer.text))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError) as error:
            raise ProviderUnavailable(f"Meta could not be asked ({type(error).__name__}).") from error
        raise _refused(answer)

    @property
    def _signed_in(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.credentials.access_token}"}

    @property
    def _proof(self) -> Mapping[str, str]:
        """What proves that who has the token has the app's secret too: a token that leaked is of no use.

        https://developers.facebook.com/docs/graph-api/guides/secure-requests
        """
        secret, token = self.credentials.app_secret.encode(), self.credentials.access_token.encode()
        return {"appsecret_proof": hmac.new(secret, token, hashlib.sha256).hexdigest()}


def _refused(answer: http.Answer) -> Exception:
    if answer.status in NOT_SERVED_STATUSES and not codes.has_code(answer.text):
        return NotServed(f"Meta answered {answer.status}.")
    result = codes.refusal(answer.status, answer.text, answer.headers)
    if result.outcome is Outcome.SENDER_BROKEN:
        return SenderRefused(result.reason)
    if result.outcome is Outcome.REJECTED:
        return QuestionRefused(f"Meta answered {answer.status}: {result.reason}")
    return ProviderUnavailable(f"Meta answered {answer.status}.")
