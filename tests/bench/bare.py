"""The least that sending costs: the same requests in a loop, without any guarantee.

`python -m tests.bench.bare --channel=sms --count=3000 --latency=0.1` prints one JSON object.
"""

import argparse
import asyncio
import json
import time

import aiohttp

from tests.bench.stub import free_port, running_provider

IN_FLIGHT = 200
MAILS_PER_REQUEST = 100
FORM = {"From": "+12125550100", "Body": "Hello Person 1, you come on Monday at nine. Reply 1 to confirm."}


async def _text(http: aiohttp.ClientSession, url: str, number: int) -> None:
    form = FORM | {"To": f"+1646{number:07}"}
    async with http.post(f"{url}/2010-04-01/Accounts/AC1/Messages.json", data=form) as response:
        await response.read()


async def _mails(http: aiohttp.ClientSession, url: str, first: int) -> None:
    people = range(first, first + MAILS_PER_REQUEST)
    personalizations = [
        {"to": [{"email": f"p{number}@example.com"}], "subject": "Visit"} for number in people
    ]
    order = {"personalizations": personalizations, "content": [{"type": "text/plain", "value": "Hello"}]}
    async with http.post(f"{url}/v3/mail/send", json=order) as response:
        await response.read()


async def send(url: str, channel: str, count: int) -> float:
    """Send everything, `IN_FLIGHT` requests at a time; seconds from the first to the last."""
    step, call = (1, _text) if channel == "sms" else (MAILS_PER_REQUEST, _mails)
    numbers = iter(range(0, count, step))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def work() -> None:
            for number in numbers:
                await call(http, url, number)

        started = time.monotonic()
        await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
        return time.monotonic() - started


def measure(channel: str, count: int, latency: float) -> dict[str, object]:
    """Run the loop once against a provider of its own."""
    with running_provider(free_port(), latency) as url:
        seconds = asyncio.run(send(url, channel, count))
    return {
        "channel": channel,
        "count": count,
        "seconds": round(seconds, 3),
        "per_second": round(count / seconds, 1),
    }


def main() -> None:
    """Measure once and print the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--channel", choices=("sms", "email"), default="sms")
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--latency", type=float, default=0.1)
    options = parser.parse_args()
    print(json.dumps(measure(options.channel, options.count, options.latency)))


if __name__ == "__main__":
    main()
