"""Metrics match lines that the code writes, policies watch metrics that exist, and gcloud takes the files."""

import base64
import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import pytest_asyncio
import yaml
from msgspec.structs import fields
from starlette.requests import Request

import main
from functions.process import current_runtime
from infra.local.emulators import Emulators
from shared import tracing
from shared.domain.alert import Alert
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.record import replace
from shared.firestore.kit import paths
from shared.firestore.system import HEARTBEAT
from shared.log import _JsonFormatter
from shared.settings import PREFIX, Settings
from shared.usecases.answers.record_receipt import record_receipt
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.hold.check_database import check_database
from shared.usecases.hold.leave_heartbeat import leave_heartbeat
from shared.usecases.upkeep.watch_work import watch_work
from tests.kit.clinic import Clinic
from tests.kit.log_filter import at, entry_of, matches
from tests.kit.patience import PATIENCE_SECONDS
from tests.usecases.companies.test_notices import scheduled
from tests.usecases.senders.test_sender_paused import suspend
from tests.usecases.upkeep.test_watch_work import stalled_batch

MONITORING = Path(__file__).resolve().parents[3] / "infra" / "monitoring"
METRICS: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted((MONITORING / "metrics").glob("*.yaml"))
}
POLICIES: dict[str, dict[str, Any]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted((MONITORING / "alerts").glob("*.yaml"))
}
DASHBOARD: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())
READ_AS_GCLOUD_DOES = """
import json, sys
sys.path[:0] = sys.argv[1:]
from apitools.base.py import encoding
from googlecloudsdk.generated_clients.apis.logging.v2 import logging_v2_messages as logging
from googlecloudsdk.generated_clients.apis.monitoring.v1 import monitoring_v1_messages as dashboards
from googlecloudsdk.generated_clients.apis.monitoring.v3 import monitoring_v3_messages as monitoring
types = {"metric": logging.LogMetric, "policy": monitoring.AlertPolicy, "dashboard": dashboards.Dashboard}
unknown = {}
for name, kind, definition in json.load(sys.stdin):
    message = encoding.PyValueToMessage(types[kind], definition)
    found = [str(edges) + str(list(names)) for edges, names in encoding.UnrecognizedFieldIter(message)]
    if found:
        unknown[name] = found
print(json.dumps(unknown))
"""


def not_known_to_gcloud(*definitions: tuple[str, str, object]) -> dict[str, list[str]]:
    """What gcloud's own message classes do not know of these (name, kind, content), by name."""
    gcloud = which("gcloud")
    assert gcloud
    lib = Path(gcloud).resolve().parents[1] / "lib"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-W", "ignore", "-c", READ_AS_GCLOUD_DOES, str(lib), str(lib / "third_party")],
        input=json.dumps(definitions),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    unknown: dict[str, list[str]] = json.loads(done.stdout)
    return unknown


def test_gcloud_knows_every_field_of_every_file() -> None:
    definitions: list[tuple[str, str, object]] = [("dashboard", "dashboard", DASHBOARD)]
    definitions += [(name, "metric", metric) for name, metric in METRICS.items()]
    definitions += [(name, "policy", policy) for name, policy in POLICIES.items()]
    assert not_known_to_gcloud(*definitions) == {}


def test_a_misspelt_field_or_value_is_found() -> None:
    metric, policy = METRICS["receipts"], POLICIES["sweep_silent"]
    wrong: list[tuple[str, str, object]] = [
        ("field", "metric", {**metric, "labelExtractor": {}}),
        ("value", "metric", {**metric, "metricDescriptor": {"metricKind": "DELTAS"}}),
        ("deep", "policy", {**policy, "conditions": [{"conditionAbsent": {"durations": "1s"}}]}),
        ("dashboard", "dashboard", {**DASHBOARD, "mosaicLayouts": {}}),
    ]
    assert not_known_to_gcloud(*wrong).keys() == {"field", "value", "deep", "dashboard"}


def used_metrics(definition: object) -> set[str]:
    """Our log-based metrics that a policy or the dashboard names."""
    text = json.dumps(definition)
    by_filter = re.findall(r"logging\.googleapis\.com/user/rollcall_(\w+)", text)
    by_prometheus = re.findall(r"logging_googleapis_com:user_rollcall_(\w+)_sum", text)
    return {*by_filter, *by_prometheus}


def test_files_metrics_and_policies_name_each_other() -> None:
    assert {name: metric["name"] for name, metric in METRICS.items()} == {
        name: f"rollcall_{name}" for name in METRICS
    }
    watched = set().union(*(used_metrics(policy) for policy in POLICIES.values()))
    assert watched | used_metrics(DASHBOARD) == set(METRICS)
    for name, policy in POLICIES.items():
        assert used_metrics(policy) <= set(METRICS), name
        assert policy["documentation"]["content"]


def test_every_alert_has_its_metric_and_policy_and_no_metric_waits_for_another() -> None:
    of_alerts = set()
    for name, metric in METRICS.items():
        of_alerts |= {name} if 'jsonPayload.message="alert"' in metric["filter"] else set()
    assert of_alerts == set(Alert)
    for alert in Alert:
        assert str(alert) in used_metrics(POLICIES[alert])


class Lines(logging.Handler):
    """Everything that is logged, as entries of Cloud Logging."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_JsonFormatter())
        self.entries: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.entries.append(entry_of(self.format(record)))

    def matching(self, metric: str) -> list[dict[str, Any]]:
        """Those that a metric counts."""
        return [entry for entry in self.entries if matches(METRICS[metric]["filter"], entry)]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged during the test."""
    handler, logger = Lines(), logging.getLogger("rollcall")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


@pytest_asyncio.fixture
async def deployed(
    clinic: Clinic, emulators: Emulators, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Clinic]:
    """The clinic's settings in the environment, as the functions read them."""
    clinic.runtime.settings = replace(
        clinic.runtime.settings, bus="inline", pubsub_emulator_host=emulators.pubsub
    )
    for field in fields(Settings):
        if not field.name.endswith("_emulator_host"):
            value = getattr(clinic.runtime.settings, field.name)
            if isinstance(value, str | int | float):
                monkeypatch.setenv(PREFIX + field.name.upper(), str(value))
    for provider, url in clinic.runtime.settings.provider_base_urls.items():
        monkeypatch.setenv(f"{PREFIX}{provider.upper()}_BASE_URL", url)
    current_runtime.cache_clear()
    yield clinic
    current_runtime().stores.db.close()  # type: ignore[no-untyped-call]
    current_runtime.cache_clear()


async def call(function: str, path: str = "/", query: str = "token=caller-token", body: bytes = b"{}") -> int:
    """Call a function as the framework does; its status."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query.encode(),
        "headers": [],
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }
    response = await getattr(main, function)(Request(scope, receive))
    return int(response.status_code)


def job(**ids: str) -> bytes:
    data = base64.b64encode(json.dumps(ids).encode()).decode()
    return json.dumps({"message": {"data": data}}).encode()


async def test_ticks_refused_webhooks_and_failed_jobs_are_counted(deployed: Clinic, lines: Lines) -> None:
    assert await call("sweep_stalled_work") == 200
    assert await call("watch_work") == 200
    assert len(lines.matching("sweep_ended")) == len(lines.matching("watch_ended")) == 1
    assert await call("messages", "/messages/incoming", "company=acme&sender=texts", b"Body=Hello") == 403
    [refused] = lines.matching("webhook_refused")
    assert refused["jsonPayload"]["company_id"] == "acme"
    broken = deployed.stores.batches.ref("acme", "b1")
    await broken.set({"state": "nonsense"})
    assert await call("send_batch", body=job(company_id="acme", batch_id="b1", fire_id="f1")) == 500
    [failed] = lines.matching("job_failed")
    ids = {"company_id": "acme", "batch_id": "b1", "fire_id": "f1"}
    assert ids.items() <= failed["jsonPayload"].items()
    assert failed["trace"].startswith(f"projects/{deployed.runtime.settings.project_id}/traces/")


async def test_alerts_of_the_watchdog_are_counted(deployed: Clinic, lines: Lines) -> None:
    clinic = deployed
    await watch_work(clinic.runtime, clinic.runtime.now())
    clinic.runtime.settings = replace(clinic.runtime.settings, bus="pubsub")  # whose topics do not exist
    until = clinic.runtime.now()
    await stalled_batch(clinic, state="leased", lease_token="dead", lease_until=until, planned_start=until)
    clinic.later(timedelta(minutes=11))
    await clinic.load({"Phone": "+12125550005"}, accepts_repeat=True)  # its outcome gets lost
    await clinic.runtime.stores.campaigns.ref("acme", "reminders").delete()
    await clinic.ready()
    await clinic.fire()
    await watch_work(clinic.runtime, clinic.runtime.now())
    for alert in (Alert.STUCK_WORK, Alert.UNKNOWN_GROWING, Alert.SWEEP_SILENT, Alert.DEAD_LETTERS):
        found = lines.matching(alert)
        assert found, alert
        assert all(at("jsonPayload.value", entry) for entry in found)
    await clinic.runtime.dead_letters.close()


async def test_a_database_that_went_back_in_time_is_counted(clinic: Clinic, lines: Lines) -> None:
    system = clinic.stores.system
    await leave_heartbeat(clinic.runtime, clinic.runtime.now())
    await paths.system(system._db, HEARTBEAT).delete()
    assert await check_database(clinic.runtime, clinic.runtime.now()) is not None
    assert len(lines.matching("database_restored")) == 1
    await check_database(clinic.runtime, clinic.runtime.now())
    assert len(lines.matching("database_restored")) == 1


async def test_sending_receipts_a_paused_sender_and_a_refused_fire_are_counted(
    clinic: Clinic, lines: Lines
) -> None:
    await scheduled(clinic)
    await suspend(clinic)
    await fire_due_campaigns(clinic.runtime, clinic.runtime.now())
    assert len(lines.matching("fire_refused")) == 1
    await suspend(clinic, suspended=False)
    clinic.runs_jobs = False
    await fire_due_campaigns(clinic.runtime, clinic.runtime.now())
    await clinic.run_published()
    await suspend(clinic)
    await clinic.run_published()
    assert len(lines.matching("sender_paused")) == 1
    for metric, value in {"accepted": 0, "refused": 0, "unknown": 0, "put_back": 1}.items():
        [entry] = lines.matching(f"messages_{metric}")
        assert METRICS[f"messages_{metric}"]["valueExtractor"] == f"EXTRACT(jsonPayload.{metric})"
        assert at(f"jsonPayload.{metric}", entry) == value
    [entry] = lines.matching("call_seconds")
    assert at("jsonPayload.seconds", entry) > 0
    [message] = await clinic.messages()
    receipt = Receipt(message_id=message.id, kind=ReceiptKind.DELIVERED, event_id="1", code=None)
    await clinic.stores.messages.save("acme", message.id, replace(message, state=MessageState.SENT))
    await record_receipt(clinic.runtime, "acme", receipt)
    [entry] = lines.matching("receipts")
    assert at("jsonPayload.delivery", entry) == "delivered"
    assert entry["jsonPayload"]["message_id"] == message.id


def test_a_trace_of_digits_is_no_telephone_number() -> None:
    traceparent = f"00-{'4930' * 8}-{'4930' * 4}-01"
    with tracing.continued({"traceparent": traceparent}, "send_batch", "consumer"):
        record = logging.makeLogRecord({"msg": "group sent", "levelname": "INFO"})
        entry = json.loads(_JsonFormatter().format(record))
    assert entry[tracing.LOGGED_TRACE].endswith(f"/traces/{'4930' * 8}")
    assert entry[tracing.LOGGED_SPAN] == "4930" * 4


def test_a_line_of_something_else_matches_nothing() -> None:
    record = logging.makeLogRecord({"msg": "alert", "levelname": "ERROR", "fields": {"metric": "weather"}})
    entry = entry_of(_JsonFormatter().format(record))
    assert [name for name, metric in METRICS.items() if matches(metric["filter"], entry)] == []
