"""A company's rules: working days and holidays, quiet hours, refusals and what answers them. Admins only."""

from starlette.responses import Response

from functions.portal.kit.forms import Form
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from shared.domain.campaigns.quiet_hours import quiet_rules
from shared.domain.companies.api_key import Scope
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import ANSWER_CHARACTERS, OptOutScope
from shared.domain.companies.contact_hours import USUAL_HOURS, WEEK, ContactHours
from shared.domain.companies.frequency_cap import MOST_HOURS, MOST_MESSAGES, FrequencyCap, WhenFull
from shared.domain.companies.kept_for import LEAST_DAYS, KeptFor
from shared.domain.companies.work_calendar import WorkCalendar
from shared.domain.errors import InvalidInput
from shared.domain.replies.consent import HELP_WORDS, OPT_IN_WORDS, OPT_OUT_WORDS
from shared.usecases.companies.change_company import change_company

pages = Pages()
HERE = "/settings/company"
SCOPES = {
    OptOutScope.SENDER: "that sender alone",
    OptOutScope.CHANNEL: "everything you send on that channel",
    OptOutScope.ADDRESS: "also other channels with the same number or mailbox",
}
KEPT = {"rows": "Rows and uploads", "messages": "Messages", "replies": "Replies"}


@pages.get(HERE, Scope.ADMIN)
async def show_company(visit: Visit) -> Response:
    """How it is set."""
    return _page(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def change_company_rules(visit: Visit) -> Response:
    """Set it otherwise. Campaigns that are ready stay as they were frozen; the rules hold at once."""
    form = visit.form
    calendar, consent, kept_for = _calendar(visit), _consent(visit), _kept_for(visit)
    hours = _hours(visit)
    postal = form.text("postal_address", is_needed=False, most=500)
    try:
        form.check()
        await change_company(
            visit.runtime,
            visit.company_id,
            allows_possible_numbers=form.is_set("allows_possible_numbers"),
            postal_address=postal,
            consent=consent,
            calendar=calendar,
            contact_hours=hours,
            kept_for=kept_for,
        )
    except InvalidInput as invalid:
        return _page(visit, {_place(one.field): one.reason for one in invalid.problems})
    return visit.go(HERE, done="Your company's rules are saved.")


def _calendar(visit: Visit) -> WorkCalendar:
    form = visit.form
    return WorkCalendar(
        days=tuple(day for day in range(1, 8) if str(day) in form.lines("days")),
        keeps_holidays=form.is_set("keeps_holidays"),
        holiday_country=form.line("holiday_country", is_needed=False, most=60) or None,
        closed_days=form.days("closed_days"),
    )


def _consent(visit: Visit) -> dict[str, object]:
    form = visit.form
    messages, hours = (
        form.whole("cap_messages", most=MOST_MESSAGES, least=1),
        form.whole("cap_hours", most=MOST_HOURS, least=1),
    )
    if (messages is None) != (hours is None):
        form.wrong("cap_hours", "give both numbers, or neither")
    full = WhenFull.WAIT if form.is_set("cap_waits") else WhenFull.SKIP
    cap = FrequencyCap(messages=messages, hours=hours, when_full=full) if messages and hours else None
    return {
        "opt_out_scope": form.choice("opt_out_scope", OptOutScope),
        "topics": _lines(form, "topics"),
        "opt_out_words": _lines(form, "opt_out_words"),
        "opt_in_words": _lines(form, "opt_in_words"),
        "help_text": form.text("help_text", is_needed=False),
        "opt_out_text": form.text("opt_out_text", is_needed=False),
        "confirms_opt_outs": form.is_set("confirms_opt_outs"),
        "frequency_cap": cap,
    }


def _lines(form: Form, name: str) -> tuple[str, ...]:
    """What stands on the lines of a field."""
    lines = (line.strip() for line in form.text(name, is_needed=False).splitlines())
    return tuple(filter(None, lines))


def _hours(visit: Visit) -> ContactHours:
    form = visit.form
    return ContactHours(
        days=tuple(day for day in WEEK if str(day) in form.lines("contact_days")),
        opens=form.clock("contact_opens", USUAL_HOURS.opens),
        closes=form.clock("contact_closes", USUAL_HOURS.closes),
        keeps_quiet_hours=form.is_set("contact_quiet"),
    )


def _kept_for(visit: Visit) -> KeptFor:
    form = visit.form
    longest = {name: int(days) for name, days in _longest(visit).items()}
    return KeptFor(
        **{name: form.whole(f"kept_{name}", most=longest[name], least=LEAST_DAYS) for name in longest}
    )


def _longest(visit: Visit) -> dict[str, float]:
    """For how many days the installation keeps what a company may keep for less."""
    settings = visit.runtime.settings
    longest = settings.retention_days
    return {"rows": settings.rows_retention_days, "messages": longest, "replies": longest}


def _place(field: str) -> str:
    """The form's field for one of the company's."""
    name = field.removeprefix("consent.").removeprefix("calendar.").replace("kept_for.", "kept_")
    name = name.replace("contact_hours.", "contact_")
    known = {"frequency_cap.messages": "cap_messages", "frequency_cap.hours": "cap_hours"}
    return known.get(name, name.partition("[")[0])


def _kept(company: Company) -> dict[str, str]:
    rules, calendar = company.consent, company.calendar
    cap = rules.frequency_cap
    return {
        "postal_address": company.postal_address,
        "holiday_country": calendar.holiday_country or "",
        "closed_days": "\n".join(day.isoformat() for day in calendar.closed_days),
        "topics": "\n".join(rules.topics),
        "opt_out_words": "\n".join(rules.opt_out_words),
        "opt_in_words": "\n".join(rules.opt_in_words),
        "help_text": rules.help_text,
        "opt_out_text": rules.opt_out_text,
        "opt_out_scope": rules.opt_out_scope,
        "cap_messages": str(cap.messages) if cap else "",
        "cap_hours": str(cap.hours) if cap else "",
        "contact_opens": f"{company.contact_hours.opens:%H:%M}",
        "contact_closes": f"{company.contact_hours.closes:%H:%M}",
        **{f"kept_{name}": str(getattr(company.kept_for, name) or "") for name in KEPT},
    }


def _page(visit: Visit, problems: dict[str, str]) -> Response:
    company, form = visit.company, visit.form
    kept = _kept(company)
    cap = company.consent.frequency_cap
    ticked = {
        "keeps_holidays": company.calendar.keeps_holidays,
        "confirms_opt_outs": company.consent.confirms_opt_outs,
        "allows_possible_numbers": company.allows_possible_numbers,
        "contact_quiet": company.contact_hours.keeps_quiet_hours,
        "cap_waits": cap is not None and cap.when_full is WhenFull.WAIT,
    }
    days = [str(day) for day in company.calendar.days]
    contact_days = [str(day) for day in company.contact_hours.days]
    return visit.page(
        "company_settings/settings.html",
        code=422 if problems else 200,
        problems=problems,
        typed={name: form.given(name) for name in kept} if problems else kept,
        ticked={name: form.is_set(name) for name in ticked} if problems else ticked,
        days=form.lines("days") if problems else days,
        contact_days=form.lines("contact_days") if problems else contact_days,
        scopes=SCOPES,
        kept=KEPT,
        longest=_longest(visit),
        least=LEAST_DAYS,
        most=ANSWER_CHARACTERS,
        quiet=sorted(quiet_rules().values(), key=lambda rule: rule.name),
        words=(
            ("Refuse", sorted(OPT_OUT_WORDS)),
            ("Agree again", sorted(OPT_IN_WORDS)),
            ("Ask for help", sorted(HELP_WORDS)),
        ),
    )
