#!/usr/bin/env bash
# Package and version: standardwebhooks 1.1.0 (PyPI).
# Behavior: `sign` takes an aware datetime for wall time in UTC: of 2026-11-29 09:00-05:00, which is 14:00 UTC, it
#   signs 09:00 UTC. The signature then does not fit a header with the right time, and nobody verifies it.
# Output seen, and when (2026-11-29):
#   the same moment is signed alike: False
#   its wall time in UTC is signed alike: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "standardwebhooks==1.1.0"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta, timezone
from standardwebhooks import Webhook

webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
there = datetime(2026, 11, 29, 9, 0, tzinfo=timezone(timedelta(hours=-5)))
signed = webhook.sign("msg_1", there, "{}")
is_moment = signed == webhook.sign("msg_1", there.astimezone(timezone.utc), "{}")
is_wall_time = signed == webhook.sign("msg_1", there.replace(tzinfo=timezone.utc), "{}")
print("the same moment is signed alike:", is_moment)
print("its wall time in UTC is signed alike:", is_wall_time)
assert (is_moment, is_wall_time) == (False, True)
PYTHON
