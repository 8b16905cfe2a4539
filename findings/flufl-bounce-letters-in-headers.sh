#!/usr/bin/env bash
# Package and version: flufl.bounce 6.0.0 (PyPI), Mailman's parser of returned mails.
# Behavior: it raises AttributeError for a returned mail of an older server whose From has letters beyond ASCII as they
#   are, in UTF-8 as RFC 6532 has it or in Latin-1, where the mail was parsed from bytes with the policy that it is made
#   for (compat32): that one answers with a Header, of which the parser expects a text.
# Output seen, and when (2026-11-30):
#   b'Systeme <MAILER-DAEMON@example.com>': [b'ana@example.com']
#   b'Syst\xc3\xa8me <MAILER-DAEMON@example.com>': AttributeError: 'Header' object has no attribute 'lower'
#   b'Syst\xe8me <MAILER-DAEMON@example.com>': AttributeError: 'Header' object has no attribute 'lower'
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "flufl.bounce==6.0.0"
cat >"$folder/run.py" <<'PY'
import email
import email.policy
import logging

from flufl.bounce import scan_message

logging.disable()
MAIL = b"""From: %s
To: desk@example.org
Subject: failure notice

Hi. This is the qmail-send program at example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ana@example.com>:
550 no such user

--- Below this line is a copy of the message.
"""

seen = []
for name in ("Systeme".encode(), "Système".encode(), "Système".encode("latin-1")):
    writer = name + b" <MAILER-DAEMON@example.com>"
    mail = email.message_from_bytes(MAIL % writer, policy=email.policy.compat32)
    try:
        found = sorted(scan_message(mail))
    except AttributeError as error:
        found = f"AttributeError: {error}"
    seen.append(found)
    print(f"{writer}: {found}")
assert seen[0] == [b"ana@example.com"], seen
assert all("AttributeError" in one for one in seen[1:]), seen
PY
"$folder/venv/bin/python" "$folder/run.py"
