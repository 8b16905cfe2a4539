"""Asks every function from outside whether it answers as it should, and refuses whom it must refuse."""

import asyncio
from collections.abc import Callable, Mapping

import aiohttp
from msgspec import Struct

from infra.manifest import Function, Manifest, Trigger

ANSWER_SECONDS = 60.0  # a cold start and a slow first connection
NOBODY = "company=00000000000000000000&sender=00000000000000000000"
# By Cloud Run for want of a token or from outside, and by our own check where neither stands before it.
REFUSED = frozenset({401, 403, 404})


class Check(Struct, frozen=True, kw_only=True):
    """One call and the statuses that are right."""

    function: str
    method: str
    path: str
    statuses: frozenset[int]
    meaning: str


def checks_of(manifest: Manifest) -> list[Check]:
    """What to ask of each function of the manifest."""
    return [check for function in manifest.functions for check in _checks(function)]


def _checks(function: Function) -> list[Check]:
    def check(method: str, path: str, statuses: set[int] | frozenset[int], meaning: str) -> Check:
        return Check(
            function=function.name, method=method, path=path, statuses=frozenset(statuses), meaning=meaning
        )

    if function.trigger in (Trigger.TICK, Trigger.WORKER):
        return [check("POST", "/", REFUSED, "refuses who is not our scheduler or Pub/Sub")]
    if function.trigger is Trigger.WEBHOOK:
        path = f"/messages/status?{NOBODY}"
        return [check("POST", path, {403}, "reads the database, and refuses an unsigned webhook")]
    if function.name == "api":
        return [
            check("GET", "/v1/openapi.json", {200}, "answers"),
            check("GET", "/v1/campaigns", {401}, "refuses who has no key"),
        ]
    return [
        check("GET", "/sign-in", {200}, "shows where to sign in"),
        check("GET", "/campaigns", {303}, "sends who is not signed in there"),
    ]


async def run_smoke(manifest: Manifest, urls: Mapping[str, str], say: Callable[[str], None]) -> bool:
    """Make every call, with base URLs by function name; whether all answers were right."""
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        results = await asyncio.gather(*(_ask(http, check, urls, say) for check in checks_of(manifest)))
    return all(results)


async def _ask(
    http: aiohttp.ClientSession, check: Check, urls: Mapping[str, str], say: Callable[[str], None]
) -> bool:
    url = urls[check.function].rstrip("/") + check.path
    try:
        async with http.request(check.method, url, allow_redirects=False) as answer:
            is_right, said = answer.status in check.statuses, str(answer.status)
    except (aiohttp.ClientError, TimeoutError) as error:
        is_right, said = False, type(error).__name__
    expected = " or ".join(map(str, sorted(check.statuses)))
    verdict = "ok" if is_right else f"WRONG, expected {expected}"
    say(
        f"{check.function}: {check.meaning}: {check.method} {check.path.partition('?')[0]} → {said} {verdict}"
    )
    return is_right
