"""What an endpoint may be, how long a webhook is tried, and when an endpoint is given up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.asked_pause import LONGEST_PAUSE, asked_pause
from shared.domain.events.endpoint_url import check_url
from shared.domain.events.event import EventType, Listeners
from shared.domain.events.public_addresses import is_loopback, is_public
from shared.domain.events.raised_events import MOST_TOGETHER, raised, unpacked
from shared.domain.events.webhook_delivery import (
    DELAYS,
    MOST_EVENTS,
    SHOWN_TRIES,
    DeliveryState,
    Hastened,
    WebhookDelivery,
    after_try,
    asked_again,
    deliveries_of,
    webhook,
)
from shared.domain.events.webhook_endpoint import (
    DISABLED_AFTER,
    PAUSE,
    EndpointState,
    Try,
    WebhookEndpoint,
    after_tries,
    paused,
    resumed,
    with_more,
)
from shared.domain.record import replace
from tests.kit.builders import NOON, an_endpoint, an_event

OK, BROKEN = Try(at=NOON, status=204), Try(at=NOON, status=500)


@pytest.mark.parametrize(
    "url",
    [
        *("https://hooks.example.com/a?b=c", "https://hooks.example.com:8443", "https://8.8.8.8/"),
        *(
            "https://1.example.com/",
            "https://0x7f.example/",
            "https://bücher.example/",
            "https://[2606:4700::1]/",
        ),
    ],
)
def test_https_to_the_internet_will_do(url: str) -> None:
    assert check_url(f" {url} ", allows_local=False) == url


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.com/", "ftp://hooks.example.com/", "hooks.example.com", "", "https://"),
        *(
            "https://user:secret@hooks.example.com/",
            "https://hooks.example.com/#part",
            "https://a.com:99999/",
        ),
        *(
            "https://localhost/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://10.0.0.5/",
            "https://2130706433/",
        ),
        *("https://169.254.169.254/", "https://[::ffff:10.0.0.5]/", "https://[fd00::1]/", "https://127.1/"),
        *("https://0x7f.0.0.1/", "https://0x7f000001/", "https://0177.0.0.1/", "https://10.0x1/"),
        *("https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/", "https://１０.0.0.5/", "https://[::7f00:1]/"),
        *("https://%31%32%37.0.0.1/", "https://a.localhost/", "https://router.local/", "https://intranet/"),
        *("https://metadata.google.internal/", "https://LOCALHOST./", "https://nas.home.arpa/"),
        *("https://a..com/", "https://.com/", f"https://{'x' * 64}.com/", f"https://{'ab.' * 90}com/"),
        *("https://hooks.example.com/a b", "https://hooks.example.com/\x00", f"https://a.com/{'x' * 2000}"),
    ],
)
def test_no_other_address_will(url: str) -> None:
    with pytest.raises(InvalidInput, match="url"):
        check_url(url, allows_local=False)


def test_the_local_stack_takes_http_to_this_machine_alone() -> None:
    assert check_url("http://localhost:8080/x", allows_local=True)
    for url in ("http://hooks.example.com/", "http://10.0.0.5/", "https://10.0.0.5/"):
        with pytest.raises(InvalidInput):
            check_url(url, allows_local=True)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"[7:], "2002:808:808::1"])
def test_addresses_of_the_internet(text: str) -> None:
    assert is_public(text)
    assert not is_loopback(text)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_addresses_of_this_machine(text: str) -> None:
    assert is_loopback(text)
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_stands_for(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@pytest.mark.parametrize(
    "text",
    [
        *("", "example.com", "10.0.0", "fe80::1%eth0", "224.0.0.1", "255.255.255.255", "::"),
        *("fec0::1", "3fff::1", "192.88.99.1", "2002:c058:6301::1", "64:ff9b::a00:1"),
    ],
)
def test_what_is_no_public_address(text: str) -> None:
    assert not is_public(text)


def _tried(delivery: WebhookDelivery, *tries: Try) -> WebhookDelivery:
    for one in tries:
        delivery = after_try(delivery, one)
    return delivery


def test_a_webhook_is_tried_for_three_days_and_always_later() -> None:
    delivery, now = webhook(an_endpoint(), [an_event()], NOON), NOON
    waits = []
    while delivery.state is DeliveryState.WAITING:
        assert delivery.due_at is not None
        waits.append(delivery.due_at - now)
        now = delivery.due_at
        delivery = after_try(delivery, replace(BROKEN, at=now))
    assert (delivery.state, delivery.due_at, len(waits)) == (DeliveryState.FAILED, None, len(DELAYS) + 1)
    assert waits == sorted(waits)
    assert timedelta(days=2.6) < now - NOON < timedelta(days=3.4)


def test_what_failed_together_does_not_come_together_again() -> None:
    due = {_tried(webhook(an_endpoint(), [an_event(id=str(n))], NOON), BROKEN).due_at for n in range(50)}
    assert len(due) > 40
    assert all(one and abs(one - NOON - DELAYS[0]) <= 0.1 * DELAYS[0] for one in due)


def test_a_webhook_that_was_taken_is_tried_no_more() -> None:
    delivery = _tried(webhook(an_endpoint(), [an_event()], NOON), BROKEN, OK)
    assert (delivery.state, delivery.due_at, delivery.attempt) == (DeliveryState.DELIVERED, None, 2)


def test_one_that_is_asked_for_again_keeps_its_id_and_its_last_tries() -> None:
    delivery = webhook(an_endpoint(), [an_event()], NOON)
    for _ in range(3):
        delivery = asked_again(_tried(delivery, *[BROKEN] * (len(DELAYS) + 1)), NOON)
    assert (delivery.state, delivery.attempt, delivery.due_at) == (DeliveryState.WAITING, 0, NOON)
    assert len(delivery.tries) == SHOWN_TRIES
    assert delivery.id == webhook(an_endpoint(), [an_event()], NOON).id


def test_each_listener_gets_what_it_listens_to_fifty_events_at_most_together() -> None:
    replies = [an_event(id=f"r{number}") for number in range(MOST_EVENTS + 1)]
    refusal = an_event(id="o", type=EventType.OPT_OUT_GIVEN)
    other = an_endpoint(id="others", event_types=(EventType.OPT_OUT_GIVEN, EventType.REPLY_RECEIVED))
    made = list(deliveries_of([*replies, refusal], [an_endpoint(), other], NOON))
    assert sorted((one.endpoint_id, one.event_type, one.event_count) for one in made) == [
        ("hooks", "reply.received", 1),
        ("hooks", "reply.received", MOST_EVENTS),
        ("others", "opt_out.given", 1),
        ("others", "reply.received", 1),
        ("others", "reply.received", MOST_EVENTS),
    ]
    assert len({one.id for one in made}) == 5
    assert [event for one in made if one.endpoint_id == "hooks" for event in unpacked(one.events)] == replies


def test_many_events_are_raised_in_few_documents() -> None:
    events = [an_event(id=str(number)) for number in range(MOST_TOGETHER + 1)]
    stored = raised(events, NOON)
    assert [event for one in stored for event in unpacked(one.events)] == events
    assert len(stored) == 2
    assert len(stored[0].events) < 100_000


def test_who_hears_of_contacts_hears_of_the_opt_outs_that_concern_them() -> None:
    heard = Listeners.of([EventType.UNSUBSCRIBED])
    assert heard.hear_any([EventType.OPT_OUT_GIVEN])
    assert not heard.hear_any([EventType.OPT_OUT_ENDED, EventType.REPLY_RECEIVED])
    assert not Listeners().hear_any(EventType)


def _failed(endpoint: WebhookEndpoint, *after: timedelta) -> WebhookEndpoint:
    """The endpoint after a failure at each of these times."""
    for one in after:
        endpoint = after_tries(endpoint, [BROKEN], NOON + one)
    return endpoint


def test_an_endpoint_that_fails_for_five_days_is_disabled() -> None:
    failing = after_tries(an_endpoint(), [BROKEN] * 3, NOON)
    assert (failing.failing_since, failing.state) == (NOON, EndpointState.ACTIVE)
    days = [timedelta(days=one) for one in range(1, 5)]
    later = _failed(failing, *days, DISABLED_AFTER - timedelta(minutes=1))
    assert (later.failing_since, later.state) == (NOON, EndpointState.ACTIVE)
    assert after_tries(later, [OK, *[BROKEN] * 30], NOON + DISABLED_AFTER).failing_since is None
    over = after_tries(later, [BROKEN], NOON + DISABLED_AFTER)
    assert over.state is EndpointState.DISABLED
    assert "2026-11-23 17:00 UTC" in over.note
    assert after_tries(failing, [], NOON + DISABLED_AFTER) == failing


def test_days_in_which_nothing_was_asked_are_no_failure() -> None:
    """One webhook failed, was given up, and nothing happened for a week: the next failure is the first."""
    endpoint = _failed(an_endpoint(), timedelta(0), timedelta(days=1), timedelta(days=3), timedelta(days=10))
    assert (endpoint.state, endpoint.failing_since) == (EndpointState.ACTIVE, NOON + timedelta(days=10))


def test_an_endpoint_that_fails_or_gets_too_much_is_left_alone_for_a_while() -> None:
    failing = _failed(an_endpoint(), timedelta(0))
    assert failing.waits_until == NOON + PAUSE
    asked = NOON + timedelta(hours=3)
    assert after_tries(failing, [BROKEN], NOON, asked).waits_until == asked
    much = after_tries(an_endpoint(), [OK, Try(at=NOON, status=429)], NOON, NOON)
    assert (much.failing_since, much.waits_until) == (None, NOON + PAUSE)
    again = after_tries(failing, [OK, BROKEN], NOON)
    assert (again.waits_until, again.is_catching_up) == (None, True)


def test_what_is_new_does_not_shorten_a_pause_and_what_somebody_asks_for_does() -> None:
    held = NOON + timedelta(hours=3)
    waiting = an_endpoint(due_at=held, waits_until=held)
    assert with_more(waiting, NOON) is None
    assert with_more(replace(waiting, due_at=None), NOON) == waiting
    asked = with_more(waiting, NOON, is_asked=True)
    assert asked == replace(waiting, due_at=NOON, waits_until=None)


def test_a_worker_that_is_at_it_is_told_that_more_came() -> None:
    ends = NOON + timedelta(minutes=10)
    leased = an_endpoint(
        due_at=ends, lease_until=ends, lease_token="t", waits_until=NOON + timedelta(hours=1)
    )
    found = with_more(leased, NOON)
    assert found is not None
    assert found.due_at == NOON + timedelta(hours=1)
    assert with_more(found, NOON) is None


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("120", timedelta(minutes=2)),
        (" 120 ", timedelta(minutes=2)),
        ("Mon, 23 Nov 2026 18:00:00 GMT", timedelta(hours=1)),
        ("Monday, 23-Nov-26 18:00:00 GMT", timedelta(hours=1)),
        ("Mon Nov 23 18:00:00 2026", timedelta(hours=1)),
        ("9" * 400, LONGEST_PAUSE),
        ("99999999", LONGEST_PAUSE),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
    ],
)
def test_an_answer_may_ask_for_a_pause_of_a_day_at_most(text: str, waits: timedelta) -> None:
    assert asked_pause(503, text, NOON) == NOON + waits


@pytest.mark.parametrize(
    "text",
    ["", "0", "-5", "1.5", "soon", "١٢", "Mon, 23 Nov 2026 16:00:00 GMT", "Mon, 99 Nov 2026 16:00:00 GMT"],
)
def test_what_asks_for_no_pause(text: str) -> None:
    assert asked_pause(503, text, NOON) is None
    assert asked_pause(429, text, NOON) == NOON


def test_the_next_try_comes_no_earlier_than_the_answer_asked_for() -> None:
    delivery, asked = webhook(an_endpoint(), [an_event()], NOON), NOON + timedelta(hours=1)
    assert after_try(delivery, BROKEN, asked).due_at == asked
    later = after_try(delivery, BROKEN, NOON + timedelta(seconds=1))
    assert later.due_at is not None
    assert later.due_at >= NOON + 0.9 * DELAYS[0]


def test_one_that_is_hastened_in_vain_loses_no_try() -> None:
    delivery = _tried(webhook(an_endpoint(), [an_event()], NOON), *[BROKEN] * len(DELAYS))
    hastened = replace(delivery, due_at=NOON, hastened=Hastened.NOW)
    tried = _tried(hastened, BROKEN)
    assert tried.due_at is not None
    assert (tried.state, tried.attempt) == (DeliveryState.WAITING, len(DELAYS))
    assert tried.due_at >= NOON + 0.9 * DELAYS[-1]
    assert _tried(tried, BROKEN).state is DeliveryState.FAILED
    assert after_try(hastened, OK).state is DeliveryState.DELIVERED


def test_an_endpoint_that_says_it_is_gone_is_disabled_at_once() -> None:
    over = after_tries(an_endpoint(), [*[OK] * 5, Try(at=NOON, status=410)], NOON)
    assert (over.state, over.due_at) == (EndpointState.DISABLED, None)
    with pytest.raises(Conflict):
        paused(over, NOON)
    again = resumed(over, NOON)
    assert (again.state, again.note, again.due_at) == (EndpointState.ACTIVE, "", NOON)


def test_a_paused_endpoint_waits_whatever_comes() -> None:
    waiting = paused(an_endpoint(due_at=NOON), NOON)
    assert (waiting.due_at, with_more(waiting, NOON)) == (None, None)


def test_what_is_known_to_wait_is_not_noted_again() -> None:
    assert with_more(an_endpoint(due_at=NOON), NOON) is None
    found = with_more(an_endpoint(due_at=NOON + timedelta(hours=1)), NOON)
    assert found is not None
    assert found.due_at == NOON
