"""Do the steps that change their contact: once for each enrollment, however often it is asked for."""

from shared import faults
from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.steps import AutomationStep, FieldStep, ListStep, TagStep
from shared.domain.contacts.check_contact import check_contact
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.contact_edit import ContactEdit, edited
from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.runtime import Runtime
from shared.usecases.contacts.change_contacts import change_contacts

DONE = "done"


def edit_of(step: AutomationStep) -> ContactEdit | None:
    """What the step changes of a contact; None for one that changes nothing."""
    match step:
        case TagStep(tag=tag, is_attached=is_attached):
            return ContactEdit(add_tags=(tag,)) if is_attached else ContactEdit(remove_tags=(tag,))
        case ListStep(list_id=list_id, is_member=is_member):
            lists = (list_id,)
            return ContactEdit(add_list_ids=lists) if is_member else ContactEdit(remove_list_ids=lists)
        case FieldStep(field=field, value=value):
            return ContactEdit(fields={field: value})
    return None


async def change_stepwise(
    runtime: Runtime, company_id: str, enrollment: Enrollment, step_id: str, edit: ContactEdit
) -> str:
    """Change the enrollment's contact; what came of it. Done again for the same step, nothing changes.

    A contact who cannot be changed so, as it has too many tags, stays as it is: the outcome says why.
    """
    now = runtime.now()
    author = Author(ChangedBy.AUTOMATION, enrollment.automation_id)

    def change(contact: Contact | None) -> Contact | None:
        if contact is None:
            return None
        after = edited(contact, edit, author.kind, now)
        check_contact(after)
        return after

    change_id = computed_id(enrollment.id, step_id, "change")
    try:
        with faults.step("run_automation.change"):
            await change_contacts(runtime, company_id, {enrollment.contact_id: change}, author, change_id)
    except InvalidInput as refusal:
        return f"not done: {refusal}"
    return DONE
