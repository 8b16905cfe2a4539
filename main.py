"""Every deployed function, by name. A function's module is imported only when it is the target.

functions-framework looks its target up as an attribute of this module; `__getattr__` finds the file
of that name, so that no function pays for another's imports at its cold start.
"""

from importlib import import_module
from typing import Any

import shared  # noqa: F401  # the pinned time zones hold from here on

ENTRY_POINTS = {
    "fire_due_campaigns": "functions.ticks",
    "dispatch_due_batches": "functions.ticks",
    "sweep_stalled_work": "functions.ticks",
    "reconcile_sends": "functions.ticks",
    "watch_work": "functions.ticks",
    "renew_credentials": "functions.ticks",
    "delete_expired": "functions.ticks",
    "advance_enrollments": "functions.ticks",
    "advance_sequences": "functions.ticks",
    "ingest_file": "functions.workers",
    "queue_messages": "functions.workers",
    "preview_campaign": "functions.workers",
    "send_batch": "functions.workers",
    "record_receipts": "functions.workers",
    "forget_person": "functions.workers",
    "ask_consents": "functions.workers",
    "clear_own_lists": "functions.workers",
    "gather_people": "functions.workers",
    "import_contacts": "functions.workers",
    "record_activity": "functions.workers",
    "tell_listeners": "functions.workers",
    "deliver_webhooks": "functions.workers",
    "run_automation": "functions.workers",
    "move_enrollments": "functions.workers",
    "find_entrants": "functions.workers",
    "enroll_people": "functions.workers",
    "plan_sequences": "functions.workers",
    "foresee_change": "functions.workers",
    "resend_groups": "functions.workers",
    "messages": "functions.webhooks",
    "api": "functions.api",
    "portal": "functions.portal",
}


def __getattr__(name: str) -> Any:
    if name not in ENTRY_POINTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{ENTRY_POINTS[name]}.{name}"), name)
