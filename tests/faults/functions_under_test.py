"""main.py with its fault points armed and perhaps one guard removed: the source chaos gives the stack."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

import main
from shared import faults
from tests.faults.guards import GUARDS
from tests.faults.orders import Orders

faults.install(Orders(Path(os.environ["CHAOS_ORDERS"])).obey)
if name := os.environ.get("CHAOS_WITHOUT"):
    GUARDS[name].remove()
# A first import holds the loop for longer than the short time-outs here. A call that has no connection by
# then provably sends nothing, and the worker that is killed after it would not have called.
if os.environ.get("K_SERVICE") == "send-batch":
    vendors = ("sendgrid.client", "ses.client", "smtp.client", "twilio.sender")
    for module in (f"shared.providers.{name}" for name in vendors):
        import_module(module)


def __getattr__(name: str) -> Any:
    return getattr(main, name)
