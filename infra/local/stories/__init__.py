"""What `make demo STORY=name` shows: one module a story, of that name, which exports STORY."""

import pkgutil
from importlib import import_module

from infra.local.stories.kit.story import Story


def story_names() -> list[str]:
    """All there are."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg)


def story_named(name: str) -> Story:
    """The story. Raises ModuleNotFoundError for a name that is not among `story_names`."""
    story: Story = import_module(f"{__name__}.{name}").STORY
    return story
