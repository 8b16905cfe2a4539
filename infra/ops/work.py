"""What ops asks about work in progress: dead letters, and what is stuck and why."""

import argparse
import asyncio
from itertools import chain
from typing import Any

from google.api_core.exceptions import NotFound as TopicNotFound

from shared.domain.errors import NotFound
from shared.domain.job import TOPICS
from shared.runtime import Runtime
from shared.views.stuck_work import list_stuck_work

LETTERS_AT_ONCE = 100


def _topics(args: argparse.Namespace) -> list[str]:
    return [args.topic] if args.topic else list(TOPICS.values())


async def list_dead_letters(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    """The dead letters of one topic or all, left where they are."""
    # At once: an empty subscription takes seconds to say so.
    found = await asyncio.gather(*(_peek(runtime, topic, args.limit) for topic in _topics(args)))
    letters = [
        {
            "topic": letter.topic,
            "message_id": letter.message_id,
            "published_at": letter.published_at.isoformat(),
            "job": letter.job,
        }
        for letter in chain.from_iterable(found)
    ]
    return {"dead_letters": letters}


async def _peek(runtime: Runtime, topic: str, limit: int) -> list[Any]:
    try:
        return await runtime.dead_letters.peek(topic, limit)
    except TopicNotFound:
        raise NotFound("subscription", f"{topic}-dead") from None


async def replay_dead_letters(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    """Announce the dead letters of one topic, or of all, again. Doing a job twice is harmless."""
    replayed: dict[str, object] = {}
    for topic in _topics(args):
        try:
            replayed[topic] = await runtime.dead_letters.replay(topic, args.limit)
        except TopicNotFound:
            raise NotFound("subscription", f"{topic}-dead") from None
    return {"replayed": replayed}


async def list_stuck(runtime: Runtime, args: argparse.Namespace) -> dict[str, object]:
    """What does not go on, in any company, and why."""
    stuck = [
        {
            "kind": one.kind,
            "company_id": one.company_id,
            "id": one.item_id,
            "since": one.since.isoformat() if one.since else None,
            "why": one.why,
        }
        async for one in list_stuck_work(runtime, runtime.now())
    ]
    return {"stuck": stuck[: args.limit], "count": len(stuck)}


def add_commands(commands: Any) -> None:
    """Add `dead-letters list | replay` and `stuck` to the parser's commands."""
    letters = commands.add_parser("dead-letters", help="jobs that could not be done in all their deliveries")
    actions = letters.add_subparsers(required=True)
    for name, run, text in (
        ("list", list_dead_letters, "show them, and leave them"),
        ("replay", replay_dead_letters, "announce them again"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--topic", choices=list(TOPICS.values()), help="of this topic only")
        action.add_argument("--limit", type=int, default=LETTERS_AT_ONCE, help="of each topic")
        action.set_defaults(run=run)
    stuck = commands.add_parser("stuck", help="what does not go on, and why")
    stuck.add_argument("--limit", type=int, default=LETTERS_AT_ONCE)
    stuck.set_defaults(run=list_stuck)
