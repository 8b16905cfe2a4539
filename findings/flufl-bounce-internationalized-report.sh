#!/usr/bin/env bash
# Package and version: flufl.bounce 6.0.0 (PyPI), Mailman's parser of returned mails.
# Behavior: it finds nobody in a delivery report of RFC 6533, which mail servers with SMTPUTF8 write: neither in a part
#   message/global-delivery-status nor behind a recipient of the type utf-8. The same report by RFC 3464 is understood.
#   Nothing is raised: to its caller the mail looks like one that is no returned mail.
# Output seen, and when (2026-11-29):
#   message/delivery-status rfc822: [b'ana@example.com']
#   message/global-delivery-status rfc822: []
#   message/global-delivery-status utf-8: []
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "flufl.bounce==6.0.0"
cat >"$folder/run.py" <<'PY'
import email

from flufl.bounce import scan_message

REPORT = """From: MAILER-DAEMON@example.com
To: desk@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={report}; boundary="B"

--B
Content-Type: text/plain

Your message could not be delivered.

--B
Content-Type: message/{report}

Reporting-MTA: dns; mail.example.com

Final-Recipient: {kind}; ana@example.com
Action: failed
Status: 5.1.1

--B--
"""

seen = {}
for report, kind in (
    ("delivery-status", "rfc822"),
    ("global-delivery-status", "rfc822"),
    ("global-delivery-status", "utf-8"),
):
    found = sorted(scan_message(email.message_from_string(REPORT.format(report=report, kind=kind))))
    seen[report, kind] = found
    print(f"message/{report} {kind}: {found}")
assert list(seen.values()) == [[b"ana@example.com"], [], []], seen
PY
"$folder/venv/bin/python" "$folder/run.py"
