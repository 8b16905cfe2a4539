"""No function imports what it does not use: each entry point's heavy imports, as a cold start has them."""

import json
import subprocess
import sys

import pytest

import main
from tests.kit.architecture.source_tree import ROOT
from tests.kit.patience import PATIENCE_SECONDS

# Each costs from a twentieth of a second to a second.
HEAVY = frozenset(
    {
        "aiohttp", "babel", "dateutil", "email_validator", "fastapi", "google.cloud.firestore",
        "google.cloud.secretmanager", "google.cloud.storage", "google.pubsub_v1", "grpc", "hl7", "holidays",
        "icalendar", "ijson",
        "jinja2", "liquid", "opentelemetry.sdk", "phonenumbers", "pydantic", "pytz", "requests", "sendgrid",
        "twilio", "us", "xlrd",
    }
)  # fmt: skip
FRAMEWORK = {"jinja2"}  # functions-framework imports Flask, and Flask that
DATABASE = {"google.cloud.firestore", "grpc", "requests"}  # google-api-core imports requests
TEMPLATES = {"liquid", "babel", "dateutil", "pytz"}  # python-liquid imports the other three
PHONES = {"phonenumbers"}  # the check of email addresses comes with the first of them
WEB = {"fastapi", "pydantic", "email_validator"}  # FastAPI imports the other two

# What is loaded once the entry point can be called. Clients of Pub/Sub, Cloud Storage, Twilio and SendGrid,
# and what only some campaigns need (holidays, recurrence rules, US states), are imported on first use.
EXPECTED = {
    "fire_due_campaigns": FRAMEWORK | DATABASE,
    "dispatch_due_batches": FRAMEWORK | DATABASE,
    "sweep_stalled_work": FRAMEWORK | DATABASE,
    "reconcile_sends": FRAMEWORK | DATABASE,
    "watch_work": FRAMEWORK | {"grpc"},
    "renew_credentials": FRAMEWORK | {"grpc"},
    "delete_expired": FRAMEWORK | DATABASE,
    "advance_enrollments": FRAMEWORK | DATABASE,
    "advance_sequences": FRAMEWORK | DATABASE,
    "ingest_file": FRAMEWORK | DATABASE | PHONES,
    "queue_messages": FRAMEWORK | DATABASE | TEMPLATES | PHONES,
    "preview_campaign": FRAMEWORK | {"grpc"} | TEMPLATES | PHONES,
    "send_batch": FRAMEWORK | DATABASE,  # it sends what was rendered when it was queued
    "record_receipts": FRAMEWORK | DATABASE,
    "forget_person": FRAMEWORK | DATABASE,
    "ask_consents": FRAMEWORK | DATABASE,
    "clear_own_lists": FRAMEWORK | DATABASE,
    "gather_people": FRAMEWORK | DATABASE,
    "import_contacts": FRAMEWORK | DATABASE | PHONES,
    "record_activity": FRAMEWORK | DATABASE,
    "tell_listeners": FRAMEWORK | DATABASE,
    "deliver_webhooks": FRAMEWORK | DATABASE,
    "run_automation": FRAMEWORK | DATABASE | TEMPLATES | PHONES,
    "move_enrollments": FRAMEWORK | DATABASE,
    "find_entrants": FRAMEWORK | DATABASE,
    "enroll_people": FRAMEWORK | DATABASE | PHONES,
    "plan_sequences": FRAMEWORK | DATABASE | TEMPLATES | PHONES,
    "resend_groups": FRAMEWORK | DATABASE,
    "foresee_change": FRAMEWORK | {"grpc"} | PHONES,
    "messages": FRAMEWORK | DATABASE,
    "api": FRAMEWORK | DATABASE | WEB,  # the rest comes with the part that is asked for
    "portal": FRAMEWORK | DATABASE,  # the rest comes with the page that is asked for
}
# Modules of our own, by kind of function: each costs about a millisecond. A number that grows is a cold start
# that grows: look whether the first request needs what is new before you raise it.
MOST_OWN_MODULES = {"ticks": 224, "workers": 260, "webhooks": 188, "api": 155, "portal": 147}
LIST_LOADED = """
import json, sys, zoneinfo
import main
before = sorted(sys.modules)
getattr(main, sys.argv[1])
print(json.dumps([before, sorted(sys.modules), zoneinfo.TZPATH]))
"""


def _loaded(name: str) -> tuple[set[str], set[str], list[str]]:
    """The modules a fresh interpreter has after `import main`, and after getting the entry point.

    Third: the folders in which it then looks for time zones before the pinned ones.
    """
    command = [sys.executable, "-c", LIST_LOADED, name]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    )
    before, after, zone_folders = json.loads(done.stdout)
    return set(before), set(after), zone_folders


def test_every_entry_point_is_listed() -> None:
    assert set(EXPECTED) == set(main.ENTRY_POINTS)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_an_entry_point_loads_what_it_needs_and_nothing_else(name: str) -> None:
    before, after, zone_folders = _loaded(name)
    assert zone_folders == []
    assert before & HEAVY == set()
    assert after & HEAVY == EXPECTED[name]
    kind = main.ENTRY_POINTS[name].removeprefix("functions.")
    assert (
        len([module for module in after if module.split(".")[0] in ("functions", "shared")])
        <= (MOST_OWN_MODULES[kind])
    )
    own = {module for module in after if module.startswith("functions.")}
    others = set(main.ENTRY_POINTS.values()) - {main.ENTRY_POINTS[name]}
    assert own & others == set()
