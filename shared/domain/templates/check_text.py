"""What is wrong with a text that is to become a template."""

from shared.domain.characters import check_characters
from shared.domain.errors import Problem
from shared.domain.templates.rendering import TemplateInvalid, compile_text


def check_text(field: str, text: str, limit: int, language: str, *, is_html: bool = False) -> list[Problem]:
    """What is wrong with it: too many bytes, characters that no text may have, Liquid that cannot be read."""
    if len(text.encode(errors="surrogatepass")) > limit:
        return [Problem(field=field, reason=f"is longer than {limit:,} bytes")]
    if problems := check_characters(field, text):
        return list(problems)
    try:
        compile_text(text, language, is_html=is_html)
    except TemplateInvalid as invalid:
        return [Problem(field=field, reason=str(invalid))]
    return []
