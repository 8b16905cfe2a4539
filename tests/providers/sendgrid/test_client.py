"""The sender for email against a server that misbehaves on purpose."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.domain.messages.sending import Outcome, OutgoingMessage
from shared.providers.kit.threads import Named, named_by
from shared.providers.sendgrid import codes, mail
from shared.providers.sendgrid.client import SendGridSender
from tests.kit.passing_time import pass_time
from tests.kit.providers import faults
from tests.kit.providers.misbehaving_server import (
    TIMEOUT_SECONDS,
    Behaviour,
    Request,
    answer,
    raw_answer,
    serve,
)

ACCEPTED = answer(202, "", {"X-Message-Id": "14c5d75ce93dfd"})
CONNECTION_SECONDS = 0.6  # for who gets none: however slow we are, nothing left


def message(number: int = 1, **changes: object) -> OutgoingMessage:
    fields: dict[str, object] = {
        "message_id": f"m{number}",
        "from_address": "clinic@example.com",
        "from_name": "Praxis Müller, Köln",
        "to_address": f"person{number}@example.org",
        "subject": f"Subject {number}",
        "body": f"Body {number} ✓",
    }
    return OutgoingMessage(**(fields | changes))  # type: ignore[arg-type]


def messages(count: int) -> list[OutgoingMessage]:
    return [message(number) for number in range(count)]


def sender(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> SendGridSender:
    return SendGridSender("SG.key\n", url, timeout_seconds)


def delivered(request: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What SendGrid would make of a request: address, subject, text and HTML, if any, by message id."""
    result = {}
    for one in request["personalizations"]:
        texts = [content["value"] for content in request["content"]]
        for tag, value in one.get("substitutions", {}).items():
            texts = [text.replace(tag, value) for text in texts]
        [to] = one["to"]
        result[one["custom_args"]["rollcall_message_id"]] = (to["email"], one["subject"], *texts)
    return result


def refuse(is_bad: Callable[[str], bool], *, names_it: bool) -> Behaviour:
    """A server that refuses requests with a bad address in them."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        addresses = [one["to"][0]["email"] for one in json.loads(request.body)["personalizations"]]
        bad = [index for index, address in enumerate(addresses) if is_bad(address)]
        fields = [f"personalizations.{index}.to.0.email" if names_it else None for index in bad]
        errors = [{"message": "Does not contain a valid address.", "field": field} for field in fields]
        if errors:
            writer.write(raw_answer(400, json.dumps({"errors": errors})))
        else:
            writer.write(raw_answer(202, "", {"X-Message-Id": "id"}))

    return behave


async def test_many_recipients_share_a_request_and_each_gets_their_own() -> None:
    async with serve(ACCEPTED) as seen:
        results = await sender(seen.url).send(messages(3))
    [request] = seen.requests
    body = json.loads(request.body)
    assert request.head.startswith("POST /v3/mail/send ")
    assert "Authorization: Bearer SG.key\r\n" in request.head
    assert body["from"] == {"email": "clinic@example.com", "name": "Praxis Müller, Köln"}
    assert delivered(body) == {
        f"m{n}": (f"person{n}@example.org", f"Subject {n}", f"Body {n} ✓") for n in range(3)
    }
    assert [list(one["custom_args"]) for one in body["personalizations"]] == [["rollcall_message_id"]] * 3
    assert [content["type"] for content in body["content"]] == ["text/plain"]
    assert body["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
    }
    assert {(r.outcome, r.provider_id) for r in results.values()} == {(Outcome.ACCEPTED, "14c5d75ce93dfd")}
    assert list(results) == ["m0", "m1", "m2"]


async def test_answers_go_where_the_sender_says() -> None:
    """Mails whose answers go elsewhere do not share a request; without a reply-to there is no such field."""
    batch = [message(1), message(2, reply_to="desk@example.com"), message(3, reply_to="desk@example.com")]
    async with serve(ACCEPTED) as seen:
        await sender(seen.url).send(batch)
    bodies = [json.loads(request.body) for request in seen.requests]
    assert sorted((body.get("reply_to", {}).get("email", ""), len(delivered(body))) for body in bodies) == [
        ("", 1),
        ("desk@example.com", 2),
    ]


async def test_requests_are_split_by_sender_size_and_repeated_address() -> None:
    batch = [
        *messages(mail.MAX_RECIPIENTS + 1),
        message(1001, from_address="other@example.com"),
        message(1002, from_name=""),
        message(1003, from_address="other@example.com", to_address="PERSON1001@example.org"),
        message(1004, body="ü" * 5_000),
        message(1005, body="ü" * 4_500),
    ]
    async with serve(ACCEPTED) as seen:
        results = await sender(seen.url).send(batch)
    bodies = [json.loads(request.body) for request in seen.requests]
    assert sorted(len(body["personalizations"]) for body in bodies) == [1, 1, 1, 1, 2, mail.MAX_RECIPIENTS]
    arrived = {key: value for body in bodies for key, value in delivered(body).items()}
    assert arrived == {m.message_id: (m.to_address, m.subject, m.body) for m in batch}
    assert set(results) == set(arrived)
    for body in bodies:
        addresses = [one["to"][0]["email"].lower() for one in body["personalizations"]]
        assert len(set(addresses)) == len(addresses)
        for one in body["personalizations"]:
            size = sum(len((tag + text).encode()) for tag, text in one.get("substitutions", {}).items())
            assert size <= 10_000


def page(number: int, *, rows: int = 200, more: str = "") -> str:
    """A long HTML part that says little of its own."""
    row = '<tr><td style="padding: 3px;">A long row that everybody gets.</td></tr>'
    hello = f"<p>Dear &lt;{number}&gt;,</p>"
    return f"<html><body>{hello}<table>{row * rows}</table>{more}<p>Id {number} of 7</p></body></html>"


def own_bytes(request: dict[str, Any]) -> list[int]:
    """How much of a request is each recipient's own."""
    return [
        sum(len((tag + text).encode()) for tag, text in one.get("substitutions", {}).items())
        for one in request["personalizations"]
    ]


async def test_long_html_shares_a_request_as_each_has_little_of_its_own() -> None:
    batch = [message(number, html=page(number)) for number in range(40)]
    async with serve(ACCEPTED) as seen:
        await sender(seen.url).send(batch)
    [request] = seen.requests
    body = json.loads(request.body)
    assert [content["type"] for content in body["content"]] == ["text/plain", "text/html"]
    assert delivered(body) == {m.message_id: (m.to_address, m.subject, m.body, m.html) for m in batch}
    assert max(own_bytes(body)) < 300
    assert len(request.body) < 2 * len(batch[0].html) + 40 * 1_000


async def test_html_of_another_shape_or_too_different_goes_apart_and_whole() -> None:
    batch = [
        *[message(number, html=page(number)) for number in range(3)],
        message(3, html=page(3, more="<p>And one line more</p>")),
        message(4, html=page(4).replace("everybody", "nearly nobody at all")),
        message(5, html="<p>short</p>"),
        message(6, html="<p>short</p><p>of another shape</p>"),
        message(7),
    ]
    async with serve(ACCEPTED) as seen:
        await sender(seen.url).send(batch)
    bodies = [json.loads(request.body) for request in seen.requests]
    arrived = {key: value for body in bodies for key, value in delivered(body).items()}
    assert arrived == {
        m.message_id: (m.to_address, m.subject, m.body, *([m.html] if m.html else [])) for m in batch
    }
    assert sorted(sorted(delivered(body)) for body in bodies) == [
        ["m0", "m1"], ["m2"], ["m3"], ["m4"], ["m5", "m6"], ["m7"],
    ]  # fmt: skip
    assert max(size for body in bodies for size in own_bytes(body)) <= 10_000


async def test_each_mail_has_its_own_headers_and_an_id_that_answers_name() -> None:
    batch = [message(1, headers={"List-Id": "one"}), message(2, headers={"List-Id": "two"})]
    async with serve(ACCEPTED) as seen:
        await sender(seen.url).send(batch)
    [request] = seen.requests
    assert [one["headers"] for one in json.loads(request.body)["personalizations"]] == [
        {"Message-ID": "<rollcall.m1@example.com>", "List-Id": "one"},
        {"Message-ID": "<rollcall.m2@example.com>", "List-Id": "two"},
    ]


@pytest.mark.parametrize(
    ("in_reply_to", "references", "named"),
    [
        ("<rollcall.m1@example.com>", "", Named(ours="m1")),
        ("<rollcall.m1@example.com>", "<rollcall.m2@example.com> <x@y>", Named(ours="m1", other="x")),
        ("<abc@geopod-ismtpd-0>", "", Named(other="abc")),
        ("", "<x@y> <rollcall.m1@example.com> <rollcall.m2@example.com>", Named(ours="m2", other="x")),
        ("<x@y>", "<rollcall.m1@example.com> <z@y>", Named(other="x", earlier="m1")),
        ("rollcall.m1@example.com", "nothing", Named()),
        ("<rollcall.../etc@example.com>", "", Named(other="rollcall.../etc")),
        ("", "", Named()),
    ],
)
def test_an_answer_names_the_message_that_it_answers(in_reply_to: str, references: str, named: Named) -> None:
    assert named_by(in_reply_to, references) == named


async def test_texts_and_addresses_are_taken_as_they_are() -> None:
    odd = [
        message(1, body="SG.abc.def is how an API key begins"),
        message(2, to_address="no address", body="-tag- {{x}} %name% $1 \\n"),
        message(3, body="SG.abc.def " + "x" * 9_000),
    ]
    async with serve(ACCEPTED) as seen:
        await sender(seen.url).send(odd)
    arrived: dict[str, tuple[str, ...]] = {}
    for request in seen.requests:
        arrived |= delivered(json.loads(request.body))
    assert arrived == {m.message_id: (m.to_address, m.subject, m.body) for m in odd}


@pytest.mark.parametrize("fault", faults.AFTER_REQUEST)
async def test_what_goes_wrong_after_the_request_holds_for_all_and_is_sent_once(fault: str) -> None:
    behaviour, outcome = faults.AFTER_REQUEST[fault]
    async with serve(behaviour) as seen:
        results = await sender(seen.url).send(messages(3))
        assert [result.outcome for result in results.values()] == [outcome] * 3
        assert all(result.reason for result in results.values())
        assert len(seen.requests) == 1


@pytest.mark.parametrize("fault", faults.BEFORE_REQUEST)
async def test_what_goes_wrong_before_the_request_proves_that_nothing_left(fault: str) -> None:
    async with faults.BEFORE_REQUEST[fault]() as seen:
        results = await sender(seen.url, CONNECTION_SECONDS).send(messages(3))
        assert {result.outcome for result in results.values()} == {Outcome.NOT_ACCEPTED}
        assert seen.requests == []


async def test_an_untrusted_certificate_proves_that_nothing_left(tmp_path: Path) -> None:
    async with serve(ACCEPTED, tls=faults.self_signed(tmp_path)) as seen:
        results = await sender(seen.url).send(messages(1))
    assert results["m0"].outcome is Outcome.NOT_ACCEPTED
    assert seen.requests == []


async def test_429_says_when_to_try_again() -> None:
    async with serve(answer(429, "{}", {"X-RateLimit-Reset": str(int(time.time()) + 30)})) as seen:
        results = await sender(seen.url).send(messages(2))
    for result in results.values():
        assert result.outcome is Outcome.NOT_ACCEPTED
        assert 20 < (result.retry_after_seconds or 0) <= 30
    assert len(seen.requests) == 1


async def test_named_culprits_are_rejected_and_the_others_sent_in_a_second_request() -> None:
    bad = {"person1@example.org", "person5@example.org"}
    async with serve(refuse(bad.__contains__, names_it=True)) as seen:
        results = await sender(seen.url).send(messages(8))
    rejected = {key for key, result in results.items() if result.outcome is Outcome.REJECTED}
    assert rejected == {"m1", "m5"}
    assert {r.outcome for key, r in results.items() if key not in rejected} == {Outcome.ACCEPTED}
    assert "Does not contain a valid address." in (results["m1"].reason or "")
    assert len(seen.requests) == 2


async def test_culprits_that_are_not_named_are_found_and_nobody_is_sent_twice() -> None:
    bad = {"person1@example.org", "person5@example.org"}
    async with serve(refuse(bad.__contains__, names_it=False)) as seen:
        results = await sender(seen.url).send(messages(8))
    assert {key for key, result in results.items() if result.outcome is Outcome.REJECTED} == {"m1", "m5"}
    accepted = [
        message_id
        for request in seen.requests
        if not bad & {address for address, *_ in delivered(json.loads(request.body)).values()}
        for message_id in delivered(json.loads(request.body))
    ]
    assert sorted(accepted) == ["m0", "m2", "m3", "m4", "m6", "m7"]


async def test_when_all_are_bad_nothing_more_is_asked() -> None:
    async with serve(refuse(lambda _: True, names_it=True)) as seen:
        results = await sender(seen.url).send(messages(3))
    assert {result.outcome for result in results.values()} == {Outcome.REJECTED}
    assert len(seen.requests) == 1


async def test_the_search_for_culprits_ends_with_the_time_out() -> None:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        pass_time(TIMEOUT_SECONDS / 2.5)  # a slow provider
        await answer(400, '{"errors": [{"field": "personalizations.0", "message": "bad"}]}')(writer, request)

    async with serve(behave) as seen:
        results = await sender(seen.url).send(messages(20))
    outcomes = [result.outcome for result in results.values()]
    count = len(seen.requests)
    assert count == 3  # the third began before the time was over
    assert outcomes == [Outcome.REJECTED] * count + [Outcome.NOT_ACCEPTED] * (20 - count)


async def test_a_bad_from_address_is_the_senders_fault() -> None:
    errors = {"errors": [{"message": "The from email is not valid.", "field": "from.email", "help": None}]}
    async with serve(answer(400, json.dumps(errors))) as seen:
        results = await sender(seen.url).send(messages(3))
    assert {result.outcome for result in results.values()} == {Outcome.SENDER_BROKEN}
    assert len(seen.requests) == 1


async def test_no_messages_need_no_request() -> None:
    assert await sender("http://127.0.0.1:1").send([]) == {}


def test_the_table_of_statuses() -> None:
    expected = {
        202: Outcome.ACCEPTED,
        400: Outcome.REJECTED,
        401: Outcome.SENDER_BROKEN,
        403: Outcome.SENDER_BROKEN,
        404: Outcome.SENDER_BROKEN,
        405: Outcome.SENDER_BROKEN,
        413: Outcome.REJECTED,
        429: Outcome.NOT_ACCEPTED,
    }
    for status in range(100, 600):
        result = codes.result(status, "{}", {}, now=0)
        assert result.outcome is expected.get(status, Outcome.UNKNOWN), status
        assert result.outcome is Outcome.ACCEPTED or (result.reason and result.code == str(status))


@pytest.mark.parametrize("reset", ["", "soon", "-5", "1.5", "9" * 400])
def test_a_strange_reset_header_is_left(reset: str) -> None:
    assert codes.result(429, "", {"X-RateLimit-Reset": reset}, now=0).retry_after_seconds is None


def test_a_reset_in_the_past_means_now() -> None:
    assert codes.result(429, "", {"X-RateLimit-Reset": "100"}, now=200).retry_after_seconds == 0


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "null", '{"errors": 1}', '{"errors": [1, {}, {"field": 2}]}']
)
def test_strange_error_bodies_name_nobody(text: str) -> None:
    assert codes.culprits(text) == {}
    assert codes.result(400, text, {}, now=0).outcome is Outcome.REJECTED


def test_culprits_are_read_by_their_place() -> None:
    fields = [
        "personalizations.0.to.0.email",
        "personalizations.12",
        "personalizations",
        "xpersonalizations.3",
    ]
    text = json.dumps({"errors": [{"field": field, "message": "m"} for field in fields]})
    assert codes.culprits(text) == {0: "m", 12: "m"}


def test_what_sendgrid_says_stands_behind_our_words_and_is_cut() -> None:
    errors = {"errors": [{"message": "x" * 990}, {"field": "to"}, {"message": "y" * 20, "field": "subject"}]}
    result = codes.result(400, json.dumps(errors), {}, now=0)
    assert result.reason == "SendGrid refused the message. SendGrid says: " + "x" * 990 + "; " + "y" * 8
    assert codes.result(400, "{}", {}, now=0).reason == "SendGrid refused the message."
    assert (
        codes.rejection("z" * 1_001).reason == "SendGrid refused the message. SendGrid says: " + "z" * 1_000
    )


def test_only_what_will_be_tried_again_waits() -> None:
    headers = {"X-RateLimit-Reset": "100"}
    assert codes.result(429, "", headers, now=40).retry_after_seconds == 60
    assert codes.result(400, "", headers, now=40).retry_after_seconds is None
    assert codes.result(401, "", headers, now=40).retry_after_seconds is None


def test_an_accepted_request_has_the_providers_id() -> None:
    assert codes.result(202, "", {"X-Message-Id": "abc"}, now=0).provider_id == "abc"
    assert codes.result(202, "", {}, now=0).provider_id is None
