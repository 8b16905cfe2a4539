"""Twilio's official client on our own transport, and questions to it that send nothing."""

import logging
from collections.abc import Awaitable, Mapping
from typing import TypeVar

import aiohttp
from aiohttp import encode_basic_auth
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from shared.domain.messages.sending import Outcome
from shared.providers.kit import http
from shared.providers.kit.asking import (
    NOT_SERVED_STATUSES,
    NotServed,
    ProviderUnavailable,
    QuestionRefused,
    SenderRefused,
)
from shared.providers.twilio import codes
from shared.providers.twilio.credentials import TwilioCredentials

R = TypeVar("R")


class Refused(Exception):
    """Twilio's answer was no success."""

    def __init__(self, answer: http.Answer) -> None:
        super().__init__(f"Twilio answered {answer.status}")
        self.answer = answer


class NotThere(SenderRefused):
    """Twilio knows no such thing: the account, or, where that was just asked, what was asked of it."""


class _Transport(AsyncHttpClient):  # type: ignore[misc]  # twilio has no types
    """Carries the official client's requests over the shared session.

    Twilio's own AsyncTwilioHttpClient (9.13) does not pass its time-out on to aiohttp, so it waits for
    ever; its `max_retries` repeats POSTs after a 5xx; and it drops the headers of refusals.
    """

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True, timeout=timeout_seconds)
        self._timeout_seconds = timeout_seconds

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is Twilio's
        allow_redirects: bool = False,
    ) -> Response:
        signed_in = {"Authorization": encode_basic_auth(*auth)} if auth else {}
        seconds, sent = timeout or self._timeout_seconds, dict(headers or {}) | signed_in
        if method == "GET":
            answer = await http.ask(uri, timeout_seconds=seconds, params=params, headers=sent)
        else:
            answer = await http.call(
                method, uri, timeout_seconds=seconds, params=params, data=data, headers=sent
            )
        if not 200 <= answer.status < 300:
            raise Refused(answer)
        return Response(answer.status, answer.text, answer.headers)


def open_client(credentials: TwilioCredentials, base_url: str, timeout_seconds: float) -> Client:
    """Twilio's client on our transport. Its calls raise Refused, or whatever broke the connection."""
    client = Client(
        credentials.account_sid,
        credentials.auth_token,
        http_client=_Transport(timeout_seconds),
        environment={"TWILIO_REGION": ""},  # otherwise it reads the process's own, and moves the host
    )
    client.api.base_url = base_url
    return client


async def read(asked: Awaitable[R]) -> R:
    """The answer to a question that sends nothing. Raises SenderRefused, ProviderUnavailable."""
    try:
        return await asked
    except Refused as refused:
        answer = refused.answer
        if answer.status in NOT_SERVED_STATUSES and not codes.has_code(answer.text):
            raise NotServed(f"Twilio answered {answer.status}.") from refused
        result = codes.refusal(answer.status, answer.text, None)
        if result.outcome is Outcome.SENDER_BROKEN:
            raise (NotThere if answer.status == 404 else SenderRefused)(result.reason) from refused
        if result.outcome is Outcome.REJECTED:
            raise QuestionRefused(f"Twilio answered {answer.status}: {result.reason}") from refused
        raise ProviderUnavailable(f"Twilio answered {answer.status}.") from refused
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TwilioException) as error:
        raise ProviderUnavailable(f"Twilio could not be asked ({type(error).__name__}).") from error
