"""What every story has: a slug, a time, dials, and a placebo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, Protocol, Self


class Story(Protocol):
    """Something planted: a frozen dataclass whose fields, besides the slug, are its dials."""

    @property
    def slug(self) -> str:
        """Name the story in the truth."""

    def begins(self, start_us: int) -> int:
        """Give the first moment, from the world's first one."""

    def ends(self, start_us: int) -> int | None:
        """Give the moment when it is over, None when it stays."""

    def placebo(self) -> Self:
        """Give the same story at the setting where its true effect is zero."""


def parameters(story: Any) -> dict[str, object]:
    """Give a story's dials by name."""
    return {name: value for name, value in asdict(story).items() if name != "slug"}


def with_placebo(stories: Sequence[Story], slugs: Sequence[str]) -> tuple[Story, ...]:
    """Give the stories, those named without their effect; `all` names every one.

    Raises ValueError for a slug that no story has.
    """
    _known(stories, [slug for slug in slugs if slug != "all"])
    return tuple(
        story.placebo() if "all" in slugs or story.slug in slugs else story for story in stories
    )


def dialled(stories: Sequence[Any], dials: Mapping[str, str]) -> tuple[Any, ...]:
    """Give the stories with `slug.dial` set to what is said, read as the dial's own type.

    Raises ValueError for a slug, a dial or a value that does not exist or fit.
    """
    _known(stories, [name.partition(".")[0] for name in dials])
    given = []
    for story in stories:
        mine = {
            name.partition(".")[2]: text
            for name, text in dials.items()
            if name.partition(".")[0] == story.slug
        }
        known = {field.name for field in fields(story)} - {"slug"}
        if wrong := set(mine) - known:
            raise ValueError(
                f"{story.slug} has no dial {min(wrong)!r}; it has {', '.join(sorted(known))}"
            )
        values = {name: type(getattr(story, name))(text) for name, text in mine.items()}
        given.append(replace(story, **values))
    return tuple(given)


def _known(stories: Sequence[Story], slugs: Sequence[str]) -> None:
    known = [story.slug for story in stories]
    for slug in slugs:
        if slug not in known:
            raise ValueError(f"no story is called {slug!r}; there are {', '.join(known)}")
