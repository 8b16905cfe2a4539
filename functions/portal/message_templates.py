"""Texts: storing a campaign's, listing them, and measuring one while it is written."""

from decimal import Decimal

import msgspec
from msgspec import Struct
from starlette.responses import Response

from functions.portal.kit.lists import shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.text_examples import Examples, find_examples
from functions.portal.text_sides import has_sides, marked, row_of_each_way
from shared.domain.campaigns.together import APPOINTMENTS, NUMBER
from shared.domain.channels.channel import Channel
from shared.domain.companies.api_key import Scope
from shared.domain.errors import Conflict, InvalidInput, NotFound, RollcallError
from shared.domain.files.file import Row
from shared.domain.files.source import Source
from shared.domain.fires.cost import CURRENCY, estimated_cost
from shared.domain.replies.check_options import text_warnings
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template
from shared.usecases.campaigns.save_template import BODY_BYTES, SUBJECT_BYTES, create_template, edit_template
from shared.views.senders import get_sender
from shared.views.templates import get_template, list_templates

pages = Pages()


class Measured(Struct, frozen=True, kw_only=True):
    """A text with a row's values: what it becomes, how long it is, and what speaks against it."""

    text: str = ""
    subject: str = ""
    parts: int = 0
    unit: str = ""
    characters: int = 0
    problem: str = ""
    warnings: tuple[str, ...] = ()
    is_too_long: bool = False
    whose: str = ""  # values it has, in words
    cost: Decimal = Decimal(0)  # of this one, at list price


@pages.get("/templates", Scope.READ)
async def show_templates(visit: Visit) -> Response:
    """All texts, newest first."""
    return visit.page("templates/list.html", templates=await shown(visit, list_templates))


@pages.post("/templates/measure", Scope.READ)
async def measure(visit: Visit) -> Response:
    """The text as a row's person would get it, with its length and its other sides: a part of the page."""
    form = visit.form
    body, subject = form.given("body")[:BODY_BYTES], form.given("subject")[:SUBJECT_BYTES]
    sender, zone = await _sender(visit), visit.company.time_zone
    told = _warnings(visit, subject, body, sender)
    try:
        found = await find_examples(visit, body)
    except (InvalidInput, Conflict) as nobody:
        problem = Measured(problem=str(nobody), warnings=told)
        return visit.page("templates/measured.html", measured=problem, sides=[], row_count=0)
    together = form.is_set("asks_together")
    measured = _measured(body, subject, found, found.wanted, sender, zone, is_together=together)
    measured = msgspec.structs.replace(measured, warnings=(*measured.warnings, *told))
    others = _others(body, found.source, found.rows, zone) if has_sides(body) else []
    sides = [
        _measured(body, subject, found, row, sender, zone)
        for row in others
        if row.values != found.wanted.values
    ]
    return visit.page(
        "templates/measured.html",
        measured=measured,
        sides=sides,
        row_count=found.row_count,
        cost_of_all=measured.cost * found.row_count,
        currency=CURRENCY,
    )


def _warnings(visit: Visit, subject: str, body: str, sender: Sender | None) -> tuple[str, ...]:
    """What carriers, and the company's own words, would do with what the text asks for; of a call nothing."""
    if sender is not None and sender.channel.record.is_spoken:
        return ()
    own = visit.company.consent
    return tuple(dict.fromkeys((*text_warnings(subject, own), *text_warnings(body, own))))


async def save_text(
    visit: Visit, template_id: str, name: str, channel: Channel, before: str = ""
) -> Template:
    """Store the text that the form has, as a template of its own. Raises InvalidInput.

    `before` stands before the names of its fields, where a form has several texts.
    """
    body = visit.form.given(f"{before}body").replace("\r\n", "\n")
    subject = visit.form.given(f"{before}subject").strip() if channel.record.has_subject else ""
    changes = {"name": name, "body": body, "subject": subject, "channel": channel}
    now = visit.runtime.now()
    try:
        known = await get_template(visit.runtime, visit.company_id, template_id)
    except NotFound:
        made = Template(
            id=template_id,
            name=name,
            body=body,
            subject=subject,
            channel=channel,
            created_at=now,
            updated_at=now,
        )
        return await create_template(visit.runtime, visit.company_id, made)
    if all(getattr(known, field) == value for field, value in changes.items()):
        return known
    return await edit_template(visit.runtime, visit.company_id, template_id, changes)


async def _sender(visit: Visit) -> Sender | None:
    try:
        return await get_sender(visit.runtime, visit.company_id, visit.form.item_id("sender_id") or "-")
    except NotFound:
        return None


def _others(body: str, source: Source, rows: list[Row], time_zone: str) -> list[Row]:
    """A row for each way through the text's conditions."""
    from shared.domain.templates.rendering import compile_text, render, render_values

    types = {column.field: column.type for column in source.columns}
    try:
        compiled = compile_text(marked(body))
    except RollcallError:
        return []

    def rendered(row: Row) -> str | None:
        try:
            return render(compiled, render_values(row.values, types, source.time_zone or time_zone))
        except RollcallError:
            return None

    return row_of_each_way(rows, rendered)


def _measured(
    body: str,
    subject: str,
    examples: Examples,
    row: Row,
    sender: Sender | None,
    time_zone: str,
    *,
    is_together: bool = False,
) -> Measured:
    # Here, as Liquid takes a fifth of a second to import and few pages need it.
    from shared.domain.templates.rendering import compile_text, render, render_values

    source = examples.source
    types = {column.field: column.type for column in source.columns}
    try:
        known = render_values(row.values, types, source.time_zone or time_zone)
        if is_together:
            known |= {APPOINTMENTS: [{**known, NUMBER: 1}]}
        text = render(compile_text(body), known)
        line = render(compile_text(subject), known) if subject else ""
    except RollcallError as error:
        return Measured(problem=str(error), characters=len(body), whose=examples.whose(row))
    faults = _faults(body, subject) if is_together else ()
    whose = examples.whose(row)
    if sender is None:
        return Measured(text=text, subject=line, characters=len(text), whose=whose, warnings=faults)
    record = sender.channel.record
    return Measured(
        text=text,
        subject=line,
        parts=record.units(text),
        unit=record.unit,
        characters=len(text),
        warnings=faults,
        is_too_long=record.is_too_long(text),
        whose=whose,
        cost=estimated_cost({sender.channel: record.billed(text, 0)}),
    )


def _faults(body: str, subject: str) -> tuple[str, ...]:
    """Why a campaign that asks about all rows of an address could not be made ready with the text."""
    from shared.domain.campaigns.preflight import unlisted
    from shared.domain.templates.rendering import compile_text

    reason = unlisted("it", map(compile_text, (subject, body)))
    return (f"With this text the campaign cannot be made ready: {reason}",) if reason else ()
