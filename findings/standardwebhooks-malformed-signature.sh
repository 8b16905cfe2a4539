#!/usr/bin/env bash
# Package and version: standardwebhooks 1.1.0 (PyPI).
# Behavior: `verify` raises ValueError, not its own WebhookVerificationError, for a signature header that is not of
#   the form "v1,base64". Anybody can send one, and a receiver that catches only the library's error answers 500.
# Output seen, and when (2026-11-29):
#   no comma ValueError
#   not base64 Error
#   another signature WebhookVerificationError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "standardwebhooks==1.1.0"
"$folder/venv/bin/python" - <<'PYTHON'
import time
from standardwebhooks import Webhook, WebhookVerificationError

webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
seen = {}
for name, signature in {"no comma": "nonsense", "not base64": "v1,A", "another signature": "v1,QUJD"}.items():
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(time.time())),
        "webhook-signature": signature,
    }
    try:
        webhook.verify("{}", headers)
    except (ValueError, WebhookVerificationError) as error:
        seen[name] = type(error).__name__
        print(name, seen[name])
assert seen == {"no comma": "ValueError", "not base64": "Error", "another signature": "WebhookVerificationError"}
PYTHON
