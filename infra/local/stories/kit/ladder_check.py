"""Whether each person of the story of the ladder got what they must, at its hour, and no more."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from infra.local.api_client import Json
from infra.local.stories.kit.ladder_campaigns import TEXTS
from infra.local.stories.kit.patients import CALL, CANCELED, CHAT, CONFIRMED, MOVED, TEXT, Patient

DUE = {CHAT: time(9, 0), TEXT: time(13, 0), CALL: time(17, 0)}  # where the person is
LATEST = timedelta(minutes=6)


def faults_of(one: Patient, messages: Sequence[Json], came: Sequence[Json]) -> list[str]:
    """What is not as told of one person, by the providers' books and ours."""
    thanks = {TEXTS[one.language][name] for name in (CONFIRMED, CANCELED, MOVED)}
    theirs = [
        message
        for message in came
        if message["handset"] in (one.handset(CHAT), one.phone)
        and not message["incoming"]
        and message["body"] not in thanks
    ]
    ends = {message["disposition"] for message in messages if message["address"] == one.phone} - {None}
    rungs = tuple(message["channel"] for message in theirs)
    if not one.does_it and ends:  # whoever watches has answered
        return []
    faults = []
    if rungs != one.rungs:
        faults.append(f"{one.name} was reached by {rungs}, not {one.rungs}")
    if ends != ({one.ends_as} - {None}):
        faults.append(f"{one.name}'s appointment is {ends or 'as it was'}, not {one.ends_as}")
    for message in theirs:
        local = datetime.fromtimestamp(message["created_at"], one.zone)
        due = datetime.combine(local.date(), DUE[message["channel"]], one.zone)
        if not due <= local <= due + LATEST:
            faults.append(f"{one.name}'s {message['channel']} came at {local:%H:%M:%S}, not at {due:%H:%M}")
    return faults
