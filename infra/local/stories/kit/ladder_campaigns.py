"""The story's campaigns: the same ladder in two languages, each for those who speak it."""

from collections.abc import Mapping
from types import MappingProxyType

from infra.local.api_client import Json
from infra.local.demo_company import add_whatsapp
from infra.local.stage import Stage
from infra.local.stories.kit.patients import CALL, CANCELED, CHAT, CONFIRMED, DAYS_BEFORE, MOVED, TEXT

COLUMNS = [
    {"column": "Patient", "field": "name", "is_required": True},
    {"column": "Phone", "field": "phone", "type": "phone"},
    {"column": "Language", "field": "language"},
    {"column": "Zone", "field": "time_zone", "type": "time_zone"},
    {
        "column": "Appointment",
        "field": "appointment_at",
        "type": "datetime",
        "formats": ["%Y-%m-%d %H:%M"],
        "is_required": True,
    },
]
_WHEN = "{{ appointment_at | date: 'full' }}"
TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            CHAT: "Hello {{1}}, North Clinic expects you on {{2}}.",
            TEXT: f"{{{{ name }}}}, North Clinic expects you on {_WHEN}. Reply 1 to confirm, 2 to cancel, "
            "3 for another day.",
            CALL: f"Hello {{{{ name }}}}, this is North Clinic. We expect you on {_WHEN}.",
            CONFIRMED: "Thank you. See you then!",
            CANCELED: "Your visit is canceled.",
            MOVED: "We will call you about another day.",
        },
        "es": {
            CHAT: "Hola {{1}}, le esperamos en North Clinic el {{2}}.",
            TEXT: f"{{{{ name }}}}, le esperamos en North Clinic el {_WHEN}. Responda 1 para confirmar, "
            "2 para cancelar, 3 para otro día.",
            CALL: f"Hola {{{{ name }}}}, le llama North Clinic. Le esperamos el {_WHEN}.",
            CONFIRMED: "Gracias. ¡Hasta entonces!",
            CANCELED: "Su cita queda cancelada.",
            MOVED: "Le llamaremos para buscar otro día.",
        },
    }
)  # fmt: skip
_BUTTONS = {
    "en": {"1": "Yes, I come", "2": "Please cancel", "3": "Another day"},
    "es": {"1": "Sí, voy", "2": "Cancelar", "3": "Otro día"},
}


async def fire_ladders(stage: Stage, file: Json) -> dict[str, str]:
    """Make the campaign of each language, mark it ready and fire it; the fires' ids by language."""
    account, chats = await add_whatsapp(stage.runtime, stage.company.company_id, stage.simulator)
    fires = {}
    for language, texts in TEXTS.items():
        content = await stage.simulator.add_content(
            account,
            texts[CHAT],
            name=f"visit_{language}",
            language=language,
            buttons=_BUTTONS[language],
            variables={"1": "Ana", "2": "Monday"},
        )
        senders = {CHAT: chats, TEXT: stage.company.sms_sender_id, CALL: stage.company.voice_sender_id}
        templates: dict[str, Json] = {
            CHAT: {"content_id": content, "content_values": {"1": "{{ name }}", "2": _WHEN}},
            TEXT: {"body": texts[TEXT]},
            CALL: {"body": texts[CALL]},
        }
        steps = [
            await _step(stage, channel, language, senders[channel], templates[channel])
            for channel in (CHAT, TEXT, CALL)
        ]
        campaign = await stage.api.post("/campaigns", _draft(language, file, steps))
        await stage.api.post(f"/campaigns/{campaign['id']}/ready")
        fires[language] = str((await stage.api.post(f"/campaigns/{campaign['id']}/fire"))["id"])
    return fires


async def _step(stage: Stage, channel: str, language: str, sender_id: str, template: Json) -> Json:
    order = {"name": f"Visit by {channel}, {language}", "channel": channel, "language": language}
    made = await stage.api.post("/templates", order | template)
    at_field = {"kind": "at_field", "field": "appointment_at", "days": -DAYS_BEFORE}
    rules: Json = {
        CHAT: {"when": at_field | {"clock": "09:00"}},
        TEXT: {
            "when": {"kind": "after_delay", "seconds": 4 * 3600, "counted_from": "recipient"},
            "only_if": "not_delivered",
        },
        CALL: {"when": at_field | {"clock": "17:00"}, "only_if": "not_answered"},
    }
    step = {"channel": channel, "template_id": made["id"], "sender_id": sender_id, "address_field": "phone"}
    return step | dict(rules[channel])


def _draft(language: str, file: Json, steps: list[Json]) -> Json:
    options = (("1", CONFIRMED), ("2", CANCELED), ("3", MOVED))
    return {
        "name": f"Visits ({language})",
        "audience": {"source_id": file["source_id"], "file_id": file["id"]},
        "row_filter": {"conditions": [{"field": "language", "test": "is", "value": language}]},
        "steps": steps,
        "window": {"opens": "08:00", "closes": "20:00", "time_zone_field": "time_zone"},
        "expires_field": "appointment_at",
        "reply_options": [
            {"words": [word], "disposition": name, "acknowledgement": TEXTS[language][name]}
            for word, name in options
        ],
    }
