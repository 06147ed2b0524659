"""Who stands alone under a name that somebody else bears: most often one person, whom two sources know differently.

A display name alone joins nobody (see `directory`), so a weekly caller looks silent in the chat, and the caller's chat never
spoken to. The call list does not say so twice: what comes of the name alone waits for an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from touchpoints.directory import Directory
from touchpoints.handles import name_key
from touchpoints.language import Text
from touchpoints.model import Contact
from touchpoints.sifting import Group


def likely_same(directory: Directory, alone: Iterable[Contact]) -> dict[str, Contact]:
    """Contacts with a name and no number, address or profile → the one that bears the same full name, if only one does that is
    known by more, or else the one with the most contact."""
    wanted = {key for contact in alone if len(key := name_key(contact.name)) > 1}
    bearing: dict[tuple[str, ...], list[Contact]] = defaultdict(list)
    for contact in directory.contacts.values() if wanted else ():
        if (key := name_key(contact.name)) in wanted:
            bearing[key].append(contact)
    found: dict[str, Contact] = {}
    for there in bearing.values():
        known = [c for c in there if not _alone(c)]
        if len(there) < 2 or len(known) > 1:
            continue
        main = known[0] if known else max(there, key=lambda c: (sum(t.n for t in directory.traits_of(c)), c.id))
        found |= {c.id: main for c in there if c is not main}
    return found


def hold_back(directory: Directory, groups: Mapping[str, Group]) -> None:
    """Hold back what comes of a name alone while somebody else bears it: that they are silent or were never spoken to, and what
    is owed to both, for then it stands there."""
    said = {g.id: c for g in groups.values() if g.standing and (c := g.whom.contact) and c.id == g.id and _alone(c)}
    for id_, main in likely_same(directory, said.values()).items():
        if (group := groups.get(id_)) is None:
            continue
        there = groups.get(main.customer or main.id)
        owed = {reason.rule for reason in there.standing if reason.stage == 1} if there else set()
        waits = [reason for reason in group.standing if reason.rule in owed or reason.stage > 2]
        handle = next((h.shown for h in main.handles if h.exact), None)
        why = Text("probably the same person as in another source; see: touchpoints people --suggestions")
        if handle:
            why = Text("probably the same person as at {handle}; see: touchpoints people --suggestions", handle=handle)
        group.held = [*((reason, why) for reason in waits), *group.held]
        group.standing = [reason for reason in group.standing if reason not in waits]


def _alone(contact: Contact) -> bool:
    return not any(handle.exact for handle in contact.handles)
