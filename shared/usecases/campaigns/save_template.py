"""Create a template or edit it."""

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.errors import InvalidInput, Problem
from shared.domain.templates.rendering import RenderFailed, TemplateInvalid, check_line, compile_text
from shared.domain.templates.template import Template
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

# Frozen content holds every template of a campaign in one document of at most 1 MiB.
BODY_BYTES = 80_000
SUBJECT_BYTES = 2_000


async def create_template(runtime: Runtime, company_id: str, template: Template) -> Template:
    """Store a new template; with the same id again, nothing changes. Raises InvalidInput."""
    _check(template)
    if await runtime.stores.templates.add(company_id, template.id, template):
        return template
    return await runtime.stores.templates.get(company_id, template.id)


async def edit_template(
    runtime: Runtime, company_id: str, template_id: str, changes: Mapping[str, object]
) -> Template:
    """Change the fields in `changes`. Campaigns that are ready keep the text they were frozen with.

    Raises NotFound, InvalidInput.
    """
    stores = runtime.stores

    async def edit(transaction: Transaction) -> Template:
        template = await stores.templates.get(company_id, template_id, transaction)
        edited = replace(template, **changes, updated_at=runtime.now())  # type: ignore[arg-type]  # its fields
        _check(edited)
        stores.templates.put(transaction, company_id, template_id, edited)
        return edited

    return await transact(stores.db, edit)


def _check(template: Template) -> None:
    problems = [*_check_text("body", template.body, BODY_BYTES)]
    problems += _check_text("subject", template.subject, SUBJECT_BYTES)
    if not template.body.strip():
        problems.append(Problem(field="body", reason="must not be blank"))
    record = template.channel.record
    if record.lacks_subject(template.subject):
        problems.append(Problem(field="subject", reason=f"{record.noun} needs a subject"))
    if template.subject and not record.has_subject:
        problems.append(Problem(field="subject", reason=f"a template for {template.channel} has no subject"))
    try:
        check_line(template.subject, "subject")
    except RenderFailed as failed:
        problems.append(Problem(field="subject", reason=failed.reason))
    if problems:
        raise InvalidInput(*problems)


def _check_text(field: str, text: str, limit: int) -> list[Problem]:
    if len(text.encode()) > limit:
        return [Problem(field=field, reason=f"is longer than {limit:,} bytes")]
    try:
        compile_text(text)
    except TemplateInvalid as invalid:
        return [Problem(field=field, reason=str(invalid))]
    return []
