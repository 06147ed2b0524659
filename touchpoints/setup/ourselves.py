"""Who we are, by what the exports show: own addresses, names, numbers and lines, and where we work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from touchpoints import handles
from touchpoints.errors import InvalidValue
from touchpoints.handles import Handle, company_domain, fold, same_name
from touchpoints.language import P_, Term, Text, english
from touchpoints.settings import Settings
from touchpoints.setup.look import ENOUGH_PARTNERS, FileLook, FirstLook, Line
from touchpoints.setup.place import where
from touchpoints.setup.proposal import Proposal, shortened

SURE = 0.9
"""Share of a file's records in which its owner takes part, at least, to be sure."""
LIKELY = 0.5
MOSTLY = 0.75
"""Share of a line's calls in office hours, at least, to propose that it is for business."""
FEWEST = 3
"""Records (calls, events) below which a share says nothing."""
ONE_OFF = 0.7
"""Share of callers who called once, from which a line looks like a hotline (with `MANY_CALLS`, nearly all coming in)."""
MANY_CALLS = 200
MANY = 50
"""Calls of one of several lines, from which their hours leave no doubt that it is for business."""
_KINDS = (P_("line", "business"), P_("line", "private"), P_("line", "hotline"))


def ourselves(look: FirstLook, now: Callable[[], Settings], machine_zone: str | None = None) -> Iterator[Proposal]:
    """Own addresses, names, numbers, lines, and where we work; what the settings say already is left alone.

    Lazy: `now` gives the settings with the answers so far, so that what is proposed next goes by what was answered.
    `machine_zone`: the zone of the machine, for exports that name none."""
    if not _mine(now(), "email"):
        yield from _address(look)
    yield from _second_addresses(look, _mine(now(), "email"))
    if not _mine(now(), "name"):
        yield from _name(look, _mine(now(), "email"))
    yield from _numbers(look, _mine(now(), "email"), _mine(now(), "name"), _mine(now(), "phone"))
    yield from _lines(look, now(), _mine(now(), "phone"))
    yield from where(look, now(), _mine(now(), "phone"), machine_zone)


def _mine(settings: Settings, kind: str) -> list[str]:
    """Own handles of a kind; names as they are written."""
    mine = [Handle.of(text, settings.region or "DE") for text in settings.me]
    return [(h.raw if kind == "name" else None) or h.value for h in mine if h.kind == kind]


# -- addresses ----------------------------------------------------------------------------------------------------------


def _me(text: str) -> Mapping[str, Any]:
    Handle.of(text)
    return {"me": (text.strip(),)}


def _my_address(text: str) -> Mapping[str, Any]:
    handle = handles.email(text)
    if handle is None:
        raise InvalidValue(english("'{text}' is no address", text=text))
    return {"me": (handle.value,)}


def _seen_in(f: FileLook, k: int, n: int) -> Text:
    return Text("in {k} of {n} records of {file}", k=k, n=n, file=shortened(f.source))


def _owner(f: FileLook) -> str | None:
    """The address that takes part in nearly every record of a file, with several others and none of them nearly as often."""
    (best, n), *rest = [*f.by_address.most_common(2), ("", 0)]
    enough = f.addressed >= FEWEST and n >= SURE * f.addressed and len(f.partners.get(best, ())) >= ENOUGH_PARTNERS
    return best if enough and rest[0][1] < 0.8 * n else None


def _called(look: FirstLook, address: str) -> str:
    """What the files mostly call an address, turned the right way round."""
    written = Counter[str]()
    for f in look.files:
        for (named, name), n in f.named.items():
            if named == address:
                written[" ".join(reversed([p.strip() for p in name.split(",")])) if name.count(",") == 1 else name] += n
    return written.most_common(1)[0][0] if written else ""


def _same_person(look: FirstLook, one: str, other: str) -> bool:
    """Whether two addresses bear one full name."""
    name = _called(look, one)
    return len(name.split()) > 1 and same_name(name, _called(look, other))


def _address(look: FirstLook) -> Iterator[Proposal]:
    """The address that takes part in nearly every mail and event of most mailboxes and calendars."""
    files = [f for f in look.files if f.addressed >= FEWEST]
    if not files:
        return
    total = sum(f.addressed for f in files)
    shares = Counter[str]()
    for f in files:
        for address, n in f.by_address.items():
            shares[address] += n / total  # type: ignore[assignment]  # shares, not counts
    marked = Counter(h.value for f in look.files for h in f.marked if h.kind == "email")
    owners = {f.source: owner for f in files if (owner := _owner(f))}
    owned = Counter({a: sum(f.addressed for f in files if owners.get(f.source) == a) for a in owners.values()})
    ranking = sorted(shares, key=lambda a: (-marked[a], -owned[a], -shares[a], a))
    best, rest = ranking[0], [a for a in ranking[1:6] if owned[a] or shares[a] >= LIKELY / 2]
    evidence = [_seen_in(f, f.by_address[best], f.addressed) for f in files if f.by_address[best]][:4]
    if domain := company_domain(best):
        colleagues = {a for f in files for a in f.by_address if company_domain(a) == domain} - {best}
        evidence.append(
            Text.count(
                "{domain} is therefore our domain: {n} further address in it counts as ours",
                "{domain} is therefore our domain: {n} further addresses in it count as ours",
                n=len(colleagues), domain=domain,
            )
        )  # fmt: skip
    if shares[best] < LIKELY and not marked[best] and not owned[best]:
        statement = Text("Your own address cannot be told from the exports.")
        yield Proposal("address", statement, {}, tuple(evidence[:1]), _my_address, options=(best, *rest))
        return
    agreed = all(a == best or _same_person(look, a, best) for a in owners.values())
    statement = Text("Your address is {address}.", address=best)
    certain = bool(marked[best] or (owned[best] and agreed))
    yield Proposal("address", statement, {"me": (best,)}, tuple(evidence), _my_address, certain, tuple(rest))


def _second_addresses(look: FirstLook, addresses: Sequence[str]) -> Iterator[Proposal]:
    """An address that a mailbox or calendar is full of in which none of the known ones is. One that bears the own full
    name needs no question."""
    domains = {company_domain(a) for a in addresses} - {None}
    known = set(addresses)
    for f in look.files if known else ():
        if f.addressed < FEWEST or any(f.by_address[a] >= 0.3 * f.addressed for a in known):
            continue
        often = [a for a, n in f.by_address.most_common(8) if n >= 0.8 * f.addressed]
        named = next((a for a in often if any(_same_person(look, a, b) for b in known)), None)
        best = named or next(
            (a for a in often[:1] if f.addressed >= 5 and len(f.partners.get(a, ())) >= ENOUGH_PARTNERS), None
        )
        if best is None or company_domain(best) in domains:
            continue
        evidence = [_seen_in(f, f.by_address[best], f.addressed)]
        if named:
            evidence.insert(0, Text("it bears your name, {name}", name=_called(look, named)))
        known.add(best)
        yield Proposal(
            "address", Text("{address} is yours too.", address=best), {"me": (best,)}, tuple(evidence), _my_address,
            certain=named is not None,
        )  # fmt: skip


# -- names --------------------------------------------------------------------------------------------------------------


def _name(look: FirstLook, addresses: Sequence[str]) -> list[Proposal]:
    """The name at the own address, the one that takes part in nearly every meeting, the author common to all chats."""
    at, by_address = next(((a, name) for a in addresses if (name := _called(look, a))), ("", None))
    meetings = _name_of_meetings(look)
    chats = [f for f in look.files if f.authors]
    common = [
        a for a in (chats[0].authors if chats else ()) if all(any(same_name(a, b) for b in f.authors) for f in chats)
    ]
    evidence: list[Text] = []
    if by_address:
        evidence.append(Text("so called at {address}", address=at))
    known = by_address or (meetings[0] if meetings else None)
    in_chats = next((a for a in common if known and same_name(a, known)), None)
    agreed = in_chats or (common[0] if len(common) == 1 and len(chats) > 1 else None)
    if agreed and len(chats) > 1:
        evidence.append(Text("writes in each of {n} chats", n=len(chats)))
    elif agreed:
        evidence.append(Text("writes in {file}", file=shortened(chats[0].source)))
    if meetings and (not known or same_name(meetings[0], agreed or known)):
        evidence.append(
            Text("in {k} of {n} records of {file}", k=meetings[1], n=meetings[2], file=shortened(meetings[3]))
        )
    found: list[Proposal] = []
    hint = next((f.hint for f in chats if f.hint), None)
    best = agreed or known or hint
    certain = bool(by_address or (agreed and (len(chats) > 1 or meetings)))
    if best:
        if best == hint and not evidence:
            evidence.append(_hinted(chats[0]))
        others = tuple(dict.fromkeys(a for f in chats for a in f.authors if a != best))
        statement = Text("You are called {name}.", name=best)
        found.append(Proposal("name", statement, {"me": (best,)}, tuple(evidence), _me, certain, others[:8]))
    elif chats:
        found.append(_author(chats[0]))
    theirs = [f for f in chats if best and not any(same_name(best, a) for a in f.authors)]
    for options in dict.fromkeys(f.authors for f in theirs):  # a chat in which we go by another name
        found.append(_author(next(f for f in theirs if f.authors == options), best))
    return found


def _author(chat: FileLook, name: str | None = None) -> Proposal:
    """Who we are in a chat. No question where it is the given name in a chat called after the other one, or a profile whose
    address spells the own name."""
    if chat.hint:
        statement = Text("In {file} you are {name}.", file=shortened(chat.source), name=chat.hint)
        profile = "/" in chat.hint
        mine = fold(name or "").split()
        spelled = chat.hint.rpartition("/")[2].split("-")
        certain = bool(mine) and (set(mine) <= set(spelled) if profile else fold(chat.hint) in mine)
        return Proposal(
            "name", statement, {"me": (chat.hint,)}, (_hinted(chat),), _me, certain, options=chat.authors[:12]
        )
    statement = Text("Who you are in {file} cannot be told.", file=shortened(chat.source))
    return Proposal("name", statement, {}, (), _me, options=chat.authors[:12])


def _hinted(chat: FileLook) -> Text:
    """Why the file thinks that somebody is us."""
    if "/" in chat.hint:
        return Text("takes part in most conversations of {file}", file=shortened(chat.source))
    return Text("{file} is called after the other one", file=shortened(chat.source))


def _name_of_meetings(look: FirstLook) -> tuple[str, int, int, str] | None:
    for f in sorted(look.files, key=lambda f: -f.meetings):
        if f.meetings >= FEWEST:
            ranking = f.by_name.most_common(2)
            name, n = ranking[0]
            second = ranking[1][1] if len(ranking) > 1 else 0
            if n >= 0.8 * f.meetings and second < 0.6 * n and len(f.partners.get(name, ())) >= ENOUGH_PARTNERS:
                return name, n, f.meetings, f.source
    return None


# -- numbers and lines --------------------------------------------------------------------------------------------------


def _numbers(
    look: FirstLook, addresses: Sequence[str], names: Sequence[str], numbers: Sequence[str]
) -> Iterator[Proposal]:
    """Numbers of the own address book entry, and the one that takes part in nearly every call of a list without sides."""
    known = set(numbers)
    for person in look.people:
        tied = any(h.kind == "email" and h.value in addresses for h in person.handles)
        if tied or any(same_name(person.name, n) for n in names):
            for handle in person.handles:
                if handle.kind == "phone" and handle.value not in known:
                    known.add(handle.value)
                    yield Proposal(
                        "number", Text("Your number is {number}.", number=handle.shown), {"me": (handle.value,)},
                        (Text("in the address book entry {name}", name=person.name),), _me, certain=tied,
                    )  # fmt: skip
    for f in look.files:
        if f.rows >= FEWEST and f.by_number and not any(f.by_number[n] for n in known):
            best, n = f.by_number.most_common(1)[0]
            if n >= 0.8 * f.rows and len(f.partners.get(best, ())) >= ENOUGH_PARTNERS:
                known.add(best)
                yield Proposal(
                    "number", Text("Your number is {number}.", number=Handle("phone", best).shown), {"me": (best,)},
                    (_seen_in(f, n, f.rows),), _me,
                )  # fmt: skip


def _lines(look: FirstLook, settings: Settings, numbers: Sequence[str]) -> list[Proposal]:
    """Business, private or a hotline: by when and by whom a line is called. One line that looks like work needs no
    question."""
    lines: dict[str, Line] = defaultdict(Line)
    files: dict[str, list[str]] = defaultdict(list)
    for f in look.files:
        for name, line in f.lines.items():
            total = lines[name]
            files[name].append(f.source)
            total.calls += line.calls
            total.at_work += line.at_work
            total.inbound += line.inbound
            total.callers.update(line.callers)
    written = {_digits(line) for line in settings.lines}
    found = []
    for name, line in sorted(lines.items(), key=lambda item: -item[1].calls):
        full = next((n for n in numbers if _digits(name) and n.endswith(_digits(name))), None)
        if any(_digits(name) and (w.endswith(_digits(name)) or w == name) for w in written) or name in settings.lines:
            continue
        one_off = len(line.callers) and line.once / len(line.callers)
        one_offs = line.calls >= MANY_CALLS and line.inbound >= SURE * line.calls and one_off >= ONE_OFF
        if one_offs or "hotline" in name.casefold():
            kind = "hotline"
        else:
            kind = "business" if line.at_work >= MOSTLY * line.calls else "private"
        hours = Text(
            "{k} of {n} calls on {line} are on working days between 8 and 18 h", k=line.at_work, n=line.calls, line=name
        )
        alone = () if any(set(files[name]) & set(files[n]) for n in lines if n != name) or len(lines) == 1 else (
            Text("only in {files}", files=files[name][:3]),
        )  # fmt: skip
        callers = Text("{k} of {n} callers on {line} called once only", k=line.once, n=len(line.callers), line=name)
        enough = FEWEST if len(lines) == 1 else MANY
        found.append(
            Proposal(
                "line", Text("The line {line} is {kind}.", line=name, kind=Term("line", kind)), {"lines": {full or name: kind}},
                (*alone, hours, callers) if kind == "hotline" else (*alone, hours), _kind_of(full or name),
                certain=kind == "business" and line.at_work >= SURE * line.calls and line.calls >= enough, options=_KINDS,
            )
        )  # fmt: skip
    return found


def _kind_of(line: str) -> Callable[[str], Mapping[str, Any]]:
    def take(text: str) -> Mapping[str, Any]:
        if text not in _KINDS:
            raise InvalidValue(english("'{text}' is no kind of line; known: {known}", text=text, known=_KINDS))
        return {"lines": {line: text}}

    return take


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit()).lstrip("0")
