"""One trace from the tick to the provider's call, over real processes and topics, and logs that name it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import pytest_asyncio

from infra.local.stack import PROJECT_ID, Stack
from shared.tracing import LOGGED_SAMPLED, LOGGED_SPAN, LOGGED_TRACE
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.office import Office, campaign, open_office, settled, stack_options
from tests.kit.stack.otlp_receiver import Received, Span, running_receiver

pytestmark = pytest.mark.asyncio(loop_scope="module")
PEOPLE = ("Zebedee", "Yolanda", "Xaver")
NUMBERS = ("6465550131", "6465550132", "6465550133")
DOWN_TO_THE_PROVIDER = [
    *("fire_due_campaigns", "fire", "publish"),
    *("queue_messages", "publish"),
    *("send_batch", "send_batch.call", "provider_call"),
]
TRANSACTIONS = ("claim_batch.lease", "intend_messages", "record_results.untouched", "close_batch")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def received() -> AsyncIterator[Received]:
    async with running_receiver() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(received: Received, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """A company on a stack that records every trace."""
    settings = {"ROLLCALL_TRACE_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": received.address}
    options = stack_options(tmp_path_factory.mktemp("stack"), settings)
    async with Stack(options) as stack, open_office(stack) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fire(office: Office, received: Received) -> dict[str, Any]:
    """The report of a campaign whose time had come."""
    rows = [f"{name},+1{number},x@north-clinic.com" for name, number in zip(PEOPLE, NUMBERS, strict=True)]
    company = await office.api.get("/company")
    due_at = datetime.now(UTC).astimezone(ZoneInfo(company["time_zone"])) - timedelta(minutes=1)
    schedule = {"kind": "once", "at": due_at.replace(tzinfo=None).isoformat(timespec="seconds")}
    draft = await campaign(office, rows, schedule=schedule)
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    assert await office.stack.tick_now("fire_due_campaigns") == 200
    status = await office.api.get(f"/campaigns/{draft['id']}/status")
    report = await settled(office, status["last_fire"]["id"])
    assert report["ledger"]["sent"] == len(PEOPLE)
    async with asyncio.timeout(PATIENCE_SECONDS):
        # Receipts come after the ledger has closed, and so does the end of the job that closed it.
        while not received.named("send_batch") or report["deliveries"] != {"delivered": len(PEOPLE)}:
            report = await office.api.get(f"/fires/{report['fire_id']}/report")
    return report


def lines(office: Office, function: str) -> list[dict[str, Any]]:
    text = (office.stack.directory / "logs" / f"{function}.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def calls(received: Received, fire: dict[str, Any]) -> list[Span]:
    return [one for one in received.named("provider_call") if one.facts.get("fire_id") == fire["fire_id"]]


async def test_the_way_of_a_message_is_one_trace(received: Received, fire: dict[str, Any]) -> None:
    sent = [one for one in calls(received, fire) if one.facts["method"] == "POST"]
    assert [received.path_of(one) for one in sent] == [DOWN_TO_THE_PROVIDER] * len(PEOPLE)
    assert len({one.trace_id for one in sent}) == 1
    assert len({one.facts["message_id"] for one in sent}) == len(PEOPLE)
    assert {one.facts["status"] for one in sent} == {201}
    [trace_id] = {one.trace_id for one in sent}
    for name in TRANSACTIONS:
        paths = [received.path_of(one)[-2:] for one in received.named(name) if one.trace_id == trace_id]
        assert paths
        assert all(path == ["send_batch", name] for path in paths)


async def test_the_report_says_what_it_cost(office: Office, fire: dict[str, Any]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (costs := fire["costs"])["invocations"] < 2:  # a job's costs are stored when it has ended
            fire = await office.api.get(f"/fires/{fire['fire_id']}/report")
    assert (costs["invocations"], costs["publishes"], costs["sms_parts"]) == (2, 2, len(PEOPLE))
    assert costs["provider_calls"] > len(PEOPLE)  # the account was asked before
    assert costs["writes"] > 2 * len(PEOPLE)


async def test_spans_name_what_they_are_about_and_nobody(received: Received, fire: dict[str, Any]) -> None:
    ids = {"company_id", "campaign_id", "fire_id", "batch_id"}
    assert all(ids <= one.facts.keys() for one in calls(received, fire) if one.facts["method"] == "POST")
    for secret in (*PEOPLE, *NUMBERS, "Hello", "auth_token", "north-clinic.com"):
        assert secret.encode() not in received.raw, secret


async def test_every_line_of_sending_says_what_it_is_about(
    office: Office, received: Received, fire: dict[str, Any]
) -> None:
    [trace_id] = {one.trace_id for one in calls(received, fire) if one.facts["method"] == "POST"}
    spans = {one.span_id for one in received.spans}
    about = {
        "company_id": office.company.company_id,
        "campaign_id": fire["campaign_id"],
        "fire_id": fire["fire_id"],
    }
    expected = {
        "fire_due_campaigns": ("fire started", set()),
        "queue_messages": ("chunk queued", {"chunk_id"}),
        "send_batch": ("group sent", {"batch_id"}),
        "record_receipts": ("receipt", {"message_id"}),
    }
    for function, (event, more) in expected.items():
        found = [line for line in lines(office, function) if line["message"] == event]
        assert found, function
        for line in found:
            assert about.items() <= line.items(), line
            assert more <= line.keys(), line
            assert line["severity"] == "INFO"
            assert line[LOGGED_TRACE].startswith(f"projects/{PROJECT_ID}/traces/")
            if function != "record_receipts":  # the provider knows nothing of our traces
                assert line[LOGGED_TRACE].endswith(trace_id)
                assert line[LOGGED_SPAN] in spans
            assert line[LOGGED_SAMPLED] is True


async def test_a_trace_somebody_began_goes_on(office: Office, received: Received) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    url = f"{office.stack.addresses.functions['api']}/v1/company"
    headers = {
        "Authorization": f"Bearer {office.company.key}",
        "X-Cloud-Trace-Context": f"{trace_id}/67667974448284343;o=1",
    }
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        assert response.status == 200
    [span] = [one for one in received.spans if one.trace_id == trace_id]  # handed over before the answer
    assert (span.name, span.parent_id) == ("api get_company", f"{67667974448284343:016x}")
