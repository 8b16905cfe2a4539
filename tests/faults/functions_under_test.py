"""main.py with its fault points armed and perhaps one guard removed: the source chaos gives the stack."""

import os
from pathlib import Path
from typing import Any

import main
from shared import faults
from tests.faults.guards import GUARDS
from tests.faults.orders import Orders

faults.install(Orders(Path(os.environ["CHAOS_ORDERS"])).obey)
if name := os.environ.get("CHAOS_WITHOUT"):
    GUARDS[name].remove()


def __getattr__(name: str) -> Any:
    return getattr(main, name)
