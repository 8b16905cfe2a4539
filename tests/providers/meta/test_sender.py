"""Meta's Send API against a server that misbehaves on purpose."""

import hashlib
import hmac
import json

import pytest

from shared.domain.campaigns.reply_option import Choice, Disposition, ReplyOption, choices_of
from shared.domain.messages.sending import Outcome, OutgoingMessage
from shared.domain.record import replace
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.payload import choice_in, message_in
from shared.providers.meta.platform import INSTAGRAM_PLATFORM, MESSENGER_PLATFORM, Platform
from shared.providers.meta.sender import MetaSender
from tests.kit.providers import faults
from tests.kit.providers.misbehaving_server import TIMEOUT_SECONDS, answer, serve

CREDENTIALS = MetaCredentials(access_token="token", app_secret="secret", verify_token="v" * 12)
CREATED = json.dumps({"recipient_id": "5551234567890123", "message_id": "m_1"})
CHOICES = (Choice(id="1", title="Confirm"), Choice(id="2", title="An answer that is far too long"))


def message(number: int = 1, **changes: object) -> OutgoingMessage:
    fields: dict[str, object] = {
        "message_id": f"m{number}",
        "from_address": "1112223334445556",
        "to_address": f"555123456789{number:04}",
        "body": "Grüße ✓",
    }
    return OutgoingMessage(**(fields | changes))  # type: ignore[arg-type]


def sender(url: str, platform: Platform = MESSENGER_PLATFORM, **changes: str) -> MetaSender:
    return MetaSender(replace(CREDENTIALS, **changes), platform, url, TIMEOUT_SECONDS)


async def test_a_request_says_all_and_proves_the_apps_secret() -> None:
    async with serve(answer(200, CREATED)) as seen:
        results = await sender(seen.url).send([message(choices=CHOICES)])
    assert (results["m1"].outcome, results["m1"].provider_id) == (Outcome.ACCEPTED, "m_1")
    [request] = seen.requests
    proof = hmac.new(b"secret", b"token", hashlib.sha256).hexdigest()
    assert request.head.startswith(f"POST /v25.0/1112223334445556/messages?appsecret_proof={proof} ")
    assert "Authorization: Bearer token" in request.head
    body = json.loads(request.body)
    assert (body["recipient"], body["messaging_type"]) == ({"id": "5551234567890001"}, "RESPONSE")
    told = body["message"]
    assert (told["text"], message_in(told["metadata"])) == ("Grüße ✓", "m1")
    assert [one["title"] for one in told["quick_replies"]] == ["Confirm", "An answer that is fa"]
    assert [choice_in(one["payload"]) for one in told["quick_replies"]] == [("m1", "1"), ("m1", "2")]


async def test_instagram_gets_no_metadata_and_a_linked_page_is_the_node() -> None:
    async with serve(answer(200, CREATED)) as seen:
        await sender(seen.url, INSTAGRAM_PLATFORM, page_id="99887766").send([message()])
        await sender(seen.url, INSTAGRAM_PLATFORM).send([message()])
    heads = [request.head.partition("?")[0] for request in seen.requests]
    assert heads == ["POST /v25.0/99887766/messages", "POST /v25.0/1112223334445556/messages"]
    assert "metadata" not in json.loads(seen.requests[0].body)["message"]


@pytest.mark.parametrize("fault", faults.AFTER_REQUEST)
async def test_a_fault_after_the_request_proves_what_it_proves(fault: str) -> None:
    behaviour, outcome = faults.AFTER_REQUEST[fault]
    async with serve(behaviour) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is outcome


async def test_nothing_left_where_nobody_listens() -> None:
    async with faults.refused() as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.NOT_ACCEPTED


async def test_an_answer_that_names_no_message_is_no_proof() -> None:
    async with serve(answer(200, "{}")) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.UNKNOWN


def test_buttons_say_a_word_and_send_back_the_first() -> None:
    options = (
        ReplyOption(words=("1", "confirm"), disposition=Disposition.CONFIRMED),
        ReplyOption(words=("2",), disposition=Disposition.CANCELED),
    )
    assert choices_of(options, 13) == (Choice(id="1", title="Confirm"), Choice(id="2", title="2"))
    assert choices_of(options, 1) == (Choice(id="1", title="Confirm"),)
    assert choices_of(options, 0) == ()
