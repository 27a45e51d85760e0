"""`cxw erase`: find the person, ask, write the order down, carry it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from extract.erased import alone, guard
from extract.erased import orders as ordered
from ops import publish, steps
from ops.erasure import carry_out, orders, person, remains
from ops.settings import Settings

ACCEPTED = ("rows_are_kept",)  # a small mart may lose a twentieth of its rows with one person


def order(
    settings: Settings, named: Sequence[str], by: str, why: str, is_sure: Callable[[], bool]
) -> Iterator[str]:
    """Write down that a person is to be erased; of who was ordered before, say so and go on."""
    known = guard(settings.lake)
    if all(any(known.knows(*one) for one in person.meant(text)) for text in named):
        yield "ordered before"
        return
    found = person.find(settings, named)
    yield from _summary(found)
    if not is_sure():
        yield "nothing was erased"
        return
    with alone(settings.lake):  # what lands from here on meets the guard
        made = orders.order(
            settings.lake, person.find(settings, named), by, why, steps.now(settings)
        )
    yield f"order {made.erasure_id} is written; nothing of this person is landed any more"


def resume(settings: Settings) -> Iterator[str]:
    """Carry out every order that is not; yield what was done."""
    waiting = {made.erasure_id for made, _ in orders.unfinished(settings.lake)}
    if not waiting:
        yield "no erasure waits"
        return
    carry_out.erase_from_lake(settings.lake, steps.now(settings))
    release = publish.current(settings.data_dir)
    if release and orders.unread(settings.lake, release.warehouse):
        steps.build(settings)
        steps.check_marts(settings, accept=ACCEPTED)
        release = steps.publish(settings)
    carry_out.finish(settings, release, steps.now(settings))
    for made in ordered(settings.lake):
        said = orders.receipt(settings.lake, made)
        if made.erasure_id in waiting and said.finished_at:
            yield (
                f"erasure {said.erasure_id}: {said.removed_row_count:,} rows removed, "
                f"{said.changed_row_count:,} changed in {said.file_count:,} files; "
                f"release {said.release_id or 'none'}"
            )
    strange = [name for name in remains.OTHERS if (settings.data_dir / name).exists()]
    yield (
        f"not ours, erase there too: the sources{''.join(f', data/{one}/' for one in strange)}, "
        "exports and backups that were taken out of here"
    )


def _summary(found: person.Person) -> Iterator[str]:
    counted = Counter(one.stream for one in found.found if one.is_theirs)
    for stream, rows in sorted(counted.items()):
        yield f"{stream:<34} {rows:>8,}"
    named = len(found.found) - counted.total()
    yield (
        f"{len(found.identifiers)} identifiers, {counted.total():,} records of the person, "
        f"{named:,} of others that name the person"
    )
