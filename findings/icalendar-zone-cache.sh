#!/usr/bin/env bash
# Package and version: icalendar 7.3.2.
# Behavior: the first VTIMEZONE of a name holds for the whole process. A second calendar that defines the same
#   TZID by other rules is read with the rules of the first, though each calendar is valid and complete: RFC
#   5545 (3.6.5) lets a TZID be any name, unique within its calendar only, and Outlook calls many different
#   zones "Customized Time Zone". A service that reads calendars of several people shifts visits by hours,
#   depending on the order in which they came. `icalendar.timezone.tzp.use_default()` forgets what was read.
# Output seen, and when (2026-11-28): 09:00 in a zone five hours, and in one eight hours behind UTC, is
#   one after the other: ('14:00', '14:00')
#   with tzp.use_default() between: ('14:00', '17:00')
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "icalendar==7.3.2" "tzdata==2026.6"
cat > "$folder/zones.py" <<'PYTHON'
from datetime import timezone

import icalendar
from icalendar.timezone import tzp

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//clinic//EN
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:20001029T020000
TZOFFSETFROM:-{offset:02}00
TZOFFSETTO:-{offset:02}00
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@clinic.example
DTSTAMP:20270101T000000Z
DTSTART;TZID=Customized Time Zone:20270114T090000
END:VEVENT
END:VCALENDAR
"""


def utc(offset: int) -> str:
    text = CALENDAR.format(offset=offset).replace("\n", "\r\n")
    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return f"{event['DTSTART'].dt.astimezone(timezone.utc):%H:%M}"


def read(forgets: bool) -> tuple[str, str]:
    tzp.use_default()
    east = utc(5)
    if forgets:
        tzp.use_default()
    return east, utc(8)


print("one after the other:", read(forgets=False))
print("with tzp.use_default() between:", read(forgets=True))
assert read(forgets=False) == ("14:00", "14:00")
assert read(forgets=True) == ("14:00", "17:00")
PYTHON
"$folder/venv/bin/python" "$folder/zones.py"
