#!/usr/bin/env bash
# Package and version: python-dateutil 2.9.0.post0 (PyPI).
# Behavior: a rule whose BYDAY names days with a number and days without one (MO,2FR: every Monday, and the second
#   Friday) gives only days that are both, which is none; RFC 5545 3.3.10 joins the two.
# Output seen, and when (2026-11-28):
#   FREQ=MONTHLY;BYDAY=MO,2FR []
#   FREQ=MONTHLY;BYDAY=1MO,2MO,3MO,4MO,5MO,2FR [5, 9, 12, 19, 26]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet python-dateutil==2.9.0.post0
venv/bin/python - <<'PY'
from datetime import datetime
from dateutil.rrule import rrulestr

seen = []
for days in ("MO,2FR", "1MO,2MO,3MO,4MO,5MO,2FR"):
    text = f"FREQ=MONTHLY;BYDAY={days}"
    found = rrulestr(f"{text};UNTIL=20260131T000000", dtstart=datetime(2026, 1, 1))
    seen.append([wall.day for wall in found])
    print(text, seen[-1])
assert seen == [[], [5, 9, 12, 19, 26]], seen
PY
