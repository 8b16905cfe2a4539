"""What providers tell us, at the paths their records name: /messages/incoming, /status, /voice/….

Beside them stands the page where people see and refuse what they get (kit/preference_page.py).

The address names company and sender, so that the right secret checks the signature before anything
is read. A wrong signature, an unknown sender and a missing one all get the same 403.
"""

import logging
import re

from starlette.requests import Request
from starlette.responses import Response

from functions.problems import FORBIDDEN, NO_PATH, UNAVAILABLE, Refusal, no_method, problem_response
from functions.process import current_runtime
from functions.request_body import BodyTooLarge, read_body
from functions.triggers import guarded
from shared import log, tracing
from shared.domain.contacts.preference_link import is_preference_path
from shared.domain.errors import RollcallError
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.runtime import Runtime
from shared.usecases.answers.answer_challenge import answer_challenge, takes_challenges
from shared.usecases.answers.check_webhook import WebhookRefused, WebhookUnchecked
from shared.usecases.answers.find_sender import CompanyGone
from shared.usecases.answers.receive_webhook import (
    find_listener,
    is_webhook,
    receive_webhook,
)

_ID = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]{0,63}")  # what Firestore would refuse as an id is none of ours

_TOO_LARGE = Refusal(
    status=413, kind="too-large", title="The body is too large", detail="A webhook of this path has less."
)
_GONE = Refusal(
    status=404, kind="not-found", title="There is no such thing", detail="There is no such company."
)
_UNREADABLE = Refusal(
    status=400,
    kind="unreadable",
    title="The webhook is not readable",
    detail="It is signed, but lacks what it must have.",
)


@guarded
async def messages(request: Request) -> Response:
    """Serve one webhook. 403 without a good signature; 2xx only when what was told is stored."""
    runtime = current_runtime()
    path = request.url.path.rstrip("/").removeprefix("/messages").removeprefix("/")
    if is_preference_path(path):
        from functions.webhooks.kit.preference_page import (
            serve_preferences,  # here, as webhooks come much more often
        )

        return await serve_preferences(runtime, path, request)
    if not is_webhook(path):
        return problem_response(NO_PATH, request.url.path)
    is_challenge = request.method == "GET" and takes_challenges(path)
    if request.method != "POST" and not is_challenge:
        return problem_response(no_method("POST"), request.url.path)
    async with tracing.served(request.headers, f"messages/{path}", "server"):
        return await _serve(runtime, path, request)


async def _serve(runtime: Runtime, path: str, request: Request) -> Response:
    company_id, sender_id = request.query_params.get("company", ""), request.query_params.get("sender", "")
    is_possible = _ID.fullmatch(company_id) and _ID.fullmatch(sender_id)
    with log.context(company_id=company_id if is_possible else ""):  # anybody may have written it
        try:
            if not is_possible:
                raise WebhookRefused("there is no such sender")
            if request.method == "GET":
                asked = _received(runtime, request, b"")
                answer = await answer_challenge(runtime, company_id, sender_id, path, asked)
            else:
                answer = await _take(runtime, company_id, sender_id, path, request)
        except BodyTooLarge:
            return problem_response(_TOO_LARGE, request.url.path)
        except CompanyGone:
            return problem_response(_GONE, request.url.path)
        except WebhookRefused as refusal:
            log.event("webhook refused", level=logging.WARNING, reason=str(refusal))
            return problem_response(FORBIDDEN, request.url.path)
        except WebhookUnchecked as error:
            log.event("webhook not checked", level=logging.ERROR, reason=str(error))
            return problem_response(UNAVAILABLE, request.url.path)
        except RollcallError as error:  # it was signed, but lacks what it must have: trying again is no use
            log.event("webhook not readable", level=logging.ERROR, reason=str(error))
            return problem_response(_UNREADABLE, request.url.path)
        return Response(answer.body, answer.status, media_type=answer.media_type)


async def _take(
    runtime: Runtime, company_id: str, sender_id: str, path: str, request: Request
) -> WebhookAnswer:
    """Store what was posted; what to answer."""
    listener = await find_listener(runtime, company_id, sender_id, path, request.headers)
    body = await read_body(request, listener.route.longest_body)
    return await receive_webhook(runtime, company_id, listener, _received(runtime, request, body))


def _received(runtime: Runtime, request: Request, body: bytes) -> WebhookRequest:
    return WebhookRequest(
        # The address is ours by configuration; what the request says of host and scheme is anybody's.
        url=f"{runtime.settings.public_url}{request.url.path}?{request.url.query}",
        query=request.query_params,
        headers=request.headers,
        body=body,
        received_at=runtime.now(),
    )
