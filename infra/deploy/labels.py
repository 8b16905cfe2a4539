"""Resources that take labels: ours carry one whose value is the mark of what is wanted."""

from collections.abc import Callable, Mapping, Sequence

from infra.deploy.step import MARK_LABEL, Action, Ask, Found, Gcloud, Listing


def labelled(name: str, look: Gcloud, *, remove: Callable[[str], Action] | None = None) -> Listing:
    """What `look` lists, by the last part of its name."""

    def read(ask: Ask) -> Mapping[str, Found]:
        found: Sequence[Mapping[str, object]] = ask(look)
        return {str(item["name"]).rpartition("/")[2]: _found(item) for item in found}

    if remove is None:
        return Listing(name=name, looks=(look,), read=read)
    return Listing(name=name, looks=(look,), read=read, remove=lambda key, found: remove(key))


def _found(item: Mapping[str, object]) -> Found:
    labels = item.get("labels") or {}
    mark = labels.get(MARK_LABEL, "") if isinstance(labels, dict) else ""
    return Found(id=str(item["name"]), mark=mark, is_ours=bool(mark))


def label(mark: str) -> str:
    """The label with its value, as flags take it."""
    return f"{MARK_LABEL}={mark}"
