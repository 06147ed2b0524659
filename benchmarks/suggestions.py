"""How good and how fast suggestions of similar people are, on two labelled sets that are made here.

`python benchmarks/suggestions.py [PEOPLE]` prints precision and recall by score, and the time for 50,000 contacts.
People appear one to three times, as address books, mailboxes and chats write them: German and English names, umlauts
folded or not, titles, "Surname, Given", initials, slips of the pen, double names, companies with and without legal
form. In between stand others who only look alike: namesakes elsewhere, families in one firm, colleagues with one given
name, and the same common name twice. Records with one address or number are one record: exact keys join them.

`dense`: few names, all equally frequent, so that every second full name has a namesake: the hard case. `spread`: names
as they are spread in life, few common and most rare, and more kinds of records: what chats call people, short forms,
married names, profiles, private addresses, a new employer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from random import Random

from touchpoints.handles import Handle, fold
from touchpoints.handles import name as display
from touchpoints.suggestions import Candidate, similar

GIVEN = """
Anna Peter Sabine Thomas Ursula Michael Petra Andreas Monika Stefan Claudia Jürgen Birgit Wolfgang Susanne Klaus Julia Christian
Katrin Markus Heike Daniel Martina Jörg Nicole Matthias Stefanie Uwe Melanie Björn Franziska Sören Jens Anja Dirk Silke Kai Nina
Tobias Lena Felix Marie Moritz Sophie Hannes Greta Emil Ida Anton Frieda James Mary Robert Patricia John Jennifer William Linda
David Elizabeth Richard Susan Joseph Jessica Thomas Sarah Charles Karen Oliver Emma Harry Olivia George Amelia Jack Isla Noah Ava
Mehmet Ayşe Mustafa Fatma Giulia Marco Chloé François Agnieszka Piotr Hans-Peter Anne-Marie Karl-Heinz Eva-Maria
""".split()
SURNAME = """
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann
Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Köhler Maier König Huber Kaiser Fuchs
Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann
Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich
Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff
Pfeiffer Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood
Jackson Clarke Harris Turner Hughes Edwards Collins Stewart Morris Rogers Reed Cook Morgan Bell Murphy Bailey Rivera Cooper Ward
Yılmaz Kaya Demir Rossi Nowak Kowalski Dubois Lefèvre
""".split()
HEAD = """
Kranz Wald Stern Berg Silber Feld Grün Linden Eichen Rosen Adler Falken Nord Süd Ost West Rhein Elb Isar Main Alb Havel Spree
""".split()
TAIL = "bau werk hof haus technik druck logistik medien glas stahl papier optik textil energie pflege verlag handel labor".split()
LEGAL = ["GmbH", "AG", "KG", "GmbH & Co. KG", "e.K.", "Ltd", "Inc.", ""]
PARTICLES = ["von", "von der", "van den", "de", "zu"]


def labelled(people: int, seed: int = 1, kind: str = "dense") -> tuple[list[Candidate], dict[str, int]]:
    """Candidates, and which person each of them is."""
    rng = Random(seed)
    firms = [f"{rng.choice(HEAD)}{rng.choice(TAIL)} {rng.choice(SURNAME)}".strip() for _ in range(max(4, people // 6))]
    found: list[Candidate] = []
    truth: dict[str, int] = {}
    theirs: dict[Handle, int] = {}  # an address is one person's
    names = _spread_names(rng) if kind == "spread" else None
    before = ("", "", "")
    for person in range(people):
        given, surname = names() if names else (rng.choice(GIVEN), _surname(rng))
        firm = rng.choice(firms)
        alike = rng.random()
        if alike < 0.02:  # a namesake elsewhere
            given, surname = before[:2]
        elif alike < 0.05:  # a family in one firm
            surname, firm = before[1:]
        elif alike < 0.07:  # a colleague with the same given name
            given, firm = before[0], before[2]
        if not given or (alike < 0.05 and surname == before[1] and given == before[0] and firm == before[2]):
            given = rng.choice(GIVEN)
        before = given, surname, firm
        seen: set[Handle] = set()
        for n in range(rng.choices([1, 2, 3], [55, 30, 15])[0]):
            make = _told if names and rng.random() < 0.45 else _record
            candidate = make(rng, f"{person}-{n}", given, surname, firm, n)
            exact = {h for h in candidate.handles if h.exact}
            if exact & seen or any(theirs.setdefault(h, person) != person for h in exact):
                continue
            seen |= exact
            found.append(candidate)
            truth[candidate.id] = person
    rng.shuffle(found)
    return found, truth


def _spread_names(rng: Random) -> Callable[[], tuple[str, str]]:
    """Names by rank: the common ones as often as the rank says, most surnames rare."""
    stems = "Hager Winkel Brenn Loh Eben Wiesen Kalten Stein Ober Nieder Hart Lauter Mühl Grün Roth Neu Alten Birken Dorn Ger".split()
    ends = (
        "mann berger hofer bach feld haus ing ert sen hauser mayr eder brunner kamp stedt ow ski ley worth ton".split()
    )
    rare = [stem + end for stem in stems for end in ends]
    by_rank = [1 / (n + 4) for n in range(len(SURNAME))]
    givens = [1 / (n + 8) for n in range(len(GIVEN))]

    def draw() -> tuple[str, str]:
        surname = rng.choices(SURNAME, by_rank)[0] if rng.random() < 0.45 else rng.choice(rare)
        return rng.choices(GIVEN, givens)[0], surname

    return draw


SHORT = {"Michael": "Micha", "Thomas": "Tom", "Andreas": "Andi", "Alexander": "Alex", "Robert": "Bob", "William": "Bill",
         "James": "Jim", "Elizabeth": "Liz", "Matthias": "Matze", "Stefanie": "Steffi", "Susanne": "Susi", "Katrin": "Kati",
         "Franziska": "Franzi", "Christian": "Chris", "Wolfgang": "Wolf", "Patricia": "Pat", "Charles": "Charlie"}  # fmt: skip


def _told(rng: Random, id_: str, given: str, surname: str, firm: str, n: int) -> Candidate:
    """A record as chats, networks and private address books have it."""
    plain, last = fold(given).replace(" ", ""), fold(surname).replace(" ", "").replace("'", "")
    match rng.randrange(8):
        case 0:
            return Candidate(id_, (text := f"{given} {surname[0]}.",), (display(text, "whatsapp"),))
        case 1:
            return Candidate(id_, (text := f"{given} {surname} ({firm.split()[0]})",), (display(text, "whatsapp"),))
        case 2:
            text = f"{SHORT.get(given, given)} {surname}"
            return Candidate(id_, (text,), (Handle("phone", f"+49171{10**6 + rng.randrange(10**6)}"),), firm.split()[0])
        case 3:
            handle = Handle("profile", f"linkedin.com/in/{plain}-{last}-{rng.randrange(10**6)}a")
            return Candidate(id_, (f"{given} {surname}",), (handle,), rng.choice([firm, f"{firm} GmbH", "Freelance"]))
        case 4:
            front = rng.choice(
                [f"{plain}.{last}", f"{plain[0]}{last}", f"{last}.{plain}", f"{plain}{last}{rng.randrange(60, 99)}"]
            )
            return Candidate(id_, (f"{given} {surname}",), (Handle("email", f"{front}@gmail.com"),))
        case 5:
            married = (
                f"{given} {rng.choice(SURNAME)}" if rng.random() < 0.5 else f"{given} {surname}-{rng.choice(SURNAME)}"
            )
            return Candidate(
                id_, (married,), (Handle("phone", f"+4930{10**7 + rng.randrange(10**7)}"),), f"{firm} GmbH"
            )
        case 6:
            front = rng.choice([f"{plain[0]}{last}", f"{plain}.{last}", f"{plain[0]}.{last}"])
            domain = fold(firm).replace(" ", "-") + ".example"
            return Candidate(id_, (f"{front}@{domain}",), (Handle("email", f"{front}@{domain}"),), domain)
        case _:
            text = f"{given} {surname}"
            elsewhere = f"{rng.choice(HEAD)}{rng.choice(TAIL)}".lower()
            return Candidate(
                id_, (text,), (Handle("email", f"{plain}.{last}@{elsewhere}.example"),), f"{elsewhere}.example"
            )


def _surname(rng: Random) -> str:
    name = rng.choice(SURNAME)
    if rng.random() < 0.25:  # most surnames are rarer than the common ones
        name = name + rng.choice(["mann", "berg", "stein", "hauer", "ich", "ski", "son", "ton", "feld", "meier"])
    if rng.random() < 0.04:
        name = f"{rng.choice(PARTICLES)} {name}"
    return name


def _record(rng: Random, id_: str, given: str, surname: str, firm: str, n: int) -> Candidate:
    style = rng.random()
    if style < 0.5:
        name = f"{given} {surname}"
    elif style < 0.62:
        name = f"{surname}, {given}"
    elif style < 0.7:
        name = f"{rng.choice(['Dr. ', 'Herr ', 'Frau ', 'Prof. Dr. '])}{given} {surname}"
    elif style < 0.78:
        name = f"{given[0]}. {surname}"
    elif style < 0.86:
        name = _slip(rng, f"{given} {surname}")
    elif style < 0.9:
        name = f"{surname} {given}"
    elif style < 0.94:
        name = f"{given} {surname}-{rng.choice(SURNAME)}"
    elif style < 0.97:
        name = f"{given.partition('-')[0]} {rng.choice(GIVEN)} {surname}"
    else:
        name = f"{rng.choice(['Herr', 'Frau'])} {surname}"
    if rng.random() < 0.3:
        name = name.replace("ü", "ue").replace("ö", "oe").replace("ä", "ae").replace("ß", "ss").replace("Ü", "Ue")
    company: str | None = f"{firm} {rng.choice(LEGAL)}".strip()
    if rng.random() < 0.15:
        company = firm.split()[0]
    domain = fold(firm).replace(" ", "-") + ".example"
    handles: list[Handle] = []
    kind = rng.random()
    plain_given, plain_surname = fold(given).replace(" ", ""), fold(surname).replace(" ", "")
    if kind < 0.5:
        initial = plain_given[0]
        spelled = [
            f"{plain_given}.{plain_surname}",
            f"{initial}.{plain_surname}",
            f"{initial}{plain_surname}",
            plain_surname,
        ]
        local = rng.choice(spelled)
        handles.append(Handle("email", f"{local}@{domain}"))
        if rng.random() < 0.5:
            company = None
    elif kind < 0.85:
        handles.append(Handle("phone", f"+4989{10**9 + rng.randrange(10**9)}"))
        if rng.random() < 0.3:
            company = None
    else:
        handles.append(display(name, "whatsapp"))
        company = None
    if company is None and handles[0].kind == "email":
        company = domain
    return Candidate(id_, (name,), tuple(handles), company)


def _slip(rng: Random, name: str) -> str:
    place = rng.randrange(1, len(name) - 1)
    kind = rng.randrange(3)
    if name[place] == " " or name[place + 1] == " ":
        return name
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + name[place] + name[place:]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def quality(people: int, seed: int = 1, kind: str = "dense") -> list[tuple[int, int, float, float]]:
    """(score, suggestions from it on, precision, recall) on a labelled set."""
    candidates, truth = labelled(people, seed, kind)
    members: dict[int, int] = {}
    for person in truth.values():
        members[person] = members.get(person, 0) + 1
    wanted = sum(n * (n - 1) // 2 for n in members.values())
    pairs = similar(candidates, 30)
    rows = []
    for least in (50, 60, 70, 80, 85, 90, 95):
        chosen = [p for p in pairs if p.score >= least]
        right = sum(truth[p.one] == truth[p.other] for p in chosen)
        rows.append((least, len(chosen), right / len(chosen) if chosen else 1.0, right / wanted))
    return rows


GOLDEN = 10_908
"""So many suggestions the set of 50,000 contacts has: work on speed changes none."""


def main(people: int) -> None:
    for kind in ("dense", "spread"):
        for seed in (1, 2):
            print(f"{kind} names, set {seed}: {people} people")
            print("score  suggestions  precision  recall")
            for least, n, precision, recall in quality(people, seed, kind):
                print(f"{least:>5}  {n:>11}  {precision:>9.3f}  {recall:>6.3f}")
    candidates, _ = labelled(34_000, 1, "spread")
    begin = time.process_time()
    found = similar(candidates)
    print(
        f"{len(candidates)} contacts: {time.process_time() - begin:.1f} s of CPU, {len(found)} suggestions (golden: {GOLDEN})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
