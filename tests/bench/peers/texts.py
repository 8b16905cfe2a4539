"""Text messages as a Celery task with Twilio's client, as its guides show it: no guarantee of any kind.

Run in the peers' environment: `celery --app texts worker`, and `python texts.py COUNT` puts the tasks into
Redis and prints when it began, by the clock all processes share.
"""

import os
import sys
import time

from celery import Celery
from requests.adapters import HTTPAdapter
from twilio.rest import Client

app = Celery("texts", broker=os.environ["BENCH_BROKER"])
app.conf.task_ignore_result = True

client = Client("AC" + "0" * 32, "token")
client.api.base_url = os.environ["BENCH_PROVIDER"]
# Twilio's client keeps few connections by itself, and those only for https.
client.http_client.session.mount("http://", HTTPAdapter(pool_maxsize=int(os.environ["BENCH_CONCURRENCY"])))


def _send_text(to: str, name: str) -> None:
    body = f"Hello {name}, you come on Monday at nine. Reply 1 to confirm."
    client.messages.create(to=to, from_="+12125550100", body=body)


send_text = app.task(name="send_text")(_send_text)


def main() -> None:
    """Announce the messages."""
    began = time.monotonic()
    for number in range(int(sys.argv[1])):
        send_text.delay(f"+1646{number:07}", f"Person {number}")
    print(began)


if __name__ == "__main__":
    main()
