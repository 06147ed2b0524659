"""What the practices say, in German and English: one phrase a line, figures in braces."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PHRASES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # -- shared
        "few": (
            "Nicht gezeigt: Die Zahlen beträfen {n} von uns; gezeigt werden sie ab {least}.",
            "Not shown: the figures would be about {n} of us; they are shown from {least} on.",
        ),
        "rest": (
            "Nicht gezeigt: Zusammen mit den Zahlen aller ließen sich die von {n} anderen errechnen "
            "(mindestens {least}).",
            "Not shown: with the figures of all, those of {n} others could be worked out ({least} at least).",
        ),
        "others": (
            "Nicht gezeigt: Zahlen einer einzelnen Person sieht nur sie selbst.",
            "Not shown: figures about one person are for that person only.",
        ),
        "agreed": ("Vereinbart: {what}", "Agreed: {what}"),
        "all": ("alle", "all"),
        "cases": ("{hits} von {n}", "{hits} of {n}"),
        "cases rate": ("{hits} von {n} = {rate} ({low}–{high} %)", "{hits} of {n} = {rate} ({low}–{high} %)"),
        "no cases": ("keine Fälle", "no cases"),
        # -- reach
        "reach": ("Erreichbarkeit: {name}", "Reach: {name}"),
        "phone mobile": ("Mobil", "mobile"),
        "phone office": ("Festnetz", "office phone"),
        "appointment": ("{channel} (Termine)", "{channel} (booked)"),
        "tried": ("{hits} von {n} erreicht", "answered {hits} of {n}"),
        "held": ("{hits} von {n} gehalten", "{hits} of {n} held"),
        "never tried": ("noch nie versucht", "never tried"),
        "chance": (
            "Aussicht {rate} ({low}–{high} %), sonst üblich {average}",
            "chance {rate} ({low}–{high} %), usually {average}",
        ),
        "rings": ("nach {time} Klingeln", "after {time} of ringing"),
        "replies": ("Antwort meist nach {time}", "mostly answered after {time}"),
        "open": ("{n} noch offen", "{n} still open"),
        "returned 1": ("einmal zurückgerufen", "called back once"),
        "returned": ("{n}-mal zurückgerufen", "called back {n} times"),
        "dead": (
            "wirkt tot: 0 von {run} seit {since}; davor {answered} von {attempts}",
            "looks dead: 0 of {run} since {since}; before that {answered} of {attempts}",
        ),
        "dead never": ("wirkt tot: 0 von {run} seit {since}", "looks dead: 0 of {run} since {since}"),
        "bounced": ("unzustellbar seit {since}", "undeliverable since {since}"),
        "best time": (
            "Beste Zeit für einen Anruf: {when} Uhr ({chance} statt {usual}; {own} Anrufe mit {name}, "
            "{calls} insgesamt)",
            "Best time for a call: {when} ({chance} instead of {usual}; {own} calls with {name}, {calls} in all)",
        ),
        "no time": (
            "Beste Zeit: noch zu wenige Anrufe ({calls} von uns; nötig sind {least}).",
            "Best time: too few calls so far ({calls} of ours; it takes {least}).",
        ),
        "write first": (
            "Zu tun: erst schreiben ({way}) und um ein Gespräch bitten.",
            "To do: write first ({way}) and ask for a call.",
        ),
        "try": ("Zu tun: {way}.", "To do: try {way}."),
        "try next": ("Zu tun: {way}, sonst {next}.", "To do: try {way}, else {next}."),
        "no way": ("Kein Weg bekannt: Nummer oder Adresse suchen.", "No way known: find a number or an address."),
        # -- mix
        "mix": ("Kanäle: {scope}", "Mix of channels: {scope}"),
        "month": ("Monat", "month"),
        "people": ("Pers.", "people"),
        "minutes": ("Min.", "min"),
        "live": ("live", "live"),
        "m meeting": ("Termin", "meet"),
        "m video": ("Video", "video"),
        "m call": ("Anruf", "call"),
        "m message": ("Nachr.", "msgs"),
        "m email": ("Mail", "mail"),
        "m letter": ("Brief", "letter"),
        "m other": ("and.", "other"),
        "live note": (
            "Kontakte je Monat; live: Anteil der Kontakttage (eine Person an einem Tag) mit Gespräch.",
            "Touchpoints a month; live: share of contact days (a person on a day) with a conversation.",
        ),
        "hotline": (
            "Ohne {n} Kontakte auf Hotline-Leitungen: einmalige Anrufe sind keine Beziehungen.",
            "Without {n} touchpoints on hotlines: one-off callers are no relationships.",
        ),
        "unmeasured": ("{n} Gespräche ohne Länge in der Quelle.", "{n} conversations without a length in the source."),
        "change": (
            "Änderung von {before} auf {after}, {n} Beziehungen:",
            "Change from {before} to {after}, {n} relationships:",
        ),
        "begins": (
            "Vorsicht: die Kontakte beginnen erst am {day}; davor ist nichts erfasst.",
            "Mind: touchpoints begin on {day}; nothing is covered before.",
        ),
        "changed": (
            "{what}: {a} → {b}, {d} Prozentpunkte ({low} bis {high}), p = {p}, Effekt h = {h}: {verdict}",
            "{what}: {a} → {b}, {d} points ({low} to {high}), p = {p}, effect h = {h}: {verdict}",
        ),
        "real": ("mehr als Zufall", "more than noise"),
        "noise": ("nicht mehr als Zufall", "no more than noise"),
        "too few": (
            "{what}: {a} → {b}; zu wenige Beziehungen für ein Urteil ({n} von {least})",
            "{what}: {a} → {b}; too few relationships to tell ({n} of {least})",
        ),
        "no period": ("{what}: in einem der Zeiträume kein Kontakt", "{what}: no contact in one of the periods"),
        "no contact": ("Keine Kontakte in dieser Zeit.", "No touchpoints in this time."),
        # -- service
        "service": ("Antwortzeiten: {scope}, {start} bis {end}", "Service: {scope}, {start} to {end}"),
        "calls": ("Anrufe: {n}, angenommen {share}", "Calls: {n}, answered {share}"),
        "no calls": ("Anrufe: keine.", "Calls: none."),
        "within seconds": ("  binnen {target} s angenommen: {share}", "  answered within {target} s: {share}"),
        "waited": (
            "  gewartet: {median} s (Median), 9 von 10 unter {p90} s",
            "  waited: {median} s (median), 9 of 10 below {p90} s",
        ),
        "abandoned": (
            "  aufgelegt: {n}, nach {median} s (Median), 9 von 10 vor {p90} s",
            "  abandoned: {n}, after {median} s (median), 9 of 10 before {p90} s",
        ),
        "not measurable": (
            "  Wartezeit mit dieser Quelle nicht messbar: {n} Anrufe ({sources})",
            "  waiting time not measurable with this source: {n} calls ({sources})",
        ),
        "repeats": (
            "  erneut binnen 24 Stunden: {share}, davon {n} nach einem angenommenen Anruf",
            "  again within 24 hours: {share}, {n} of them after an answered call",
        ),
        "h": ("{n} Arbeitsstunden", "{n} working hours"),
        "h 1": ("1 Arbeitsstunde", "1 working hour"),
        "h under": ("unter 1 Arbeitsstunde", "under 1 working hour"),
        "call_back 1": ("Rückruf", "call-back"),
        "call_back": ("Rückrufe", "Call-backs"),
        "promise": ("Zusagen", "Promises"),
        "answer": ("Antwort", "answer"),
        "responses": (
            "{what}: {n}, binnen {target} Arbeitsstunden {share}",
            "{what}: {n}, within {target} working hours {share}",
        ),
        "kept": ("{what}: {n}, gehalten {share}", "{what}: {n}, kept {share}"),
        "hours": (
            "  erste Antwort nach {median} Std. (Median), 9 von 10 unter {p90}",
            "  first answer after {median} h (median), 9 of 10 below {p90}",
        ),
        "buckets": ("  Verteilung (Arbeitsstunden): {parts}", "  distribution (working hours): {parts}"),
        "again first 1": (
            "  einmal rief die Kundschaft vorher selbst wieder an",
            "  once they called again before we did",
        ),
        "again first": (
            "  {n}-mal rief die Kundschaft vorher selbst wieder an",
            "  {n} times they called again before we did",
        ),
        "later": (
            "  weitere Antworten: {n}, nach {median} Std. (Median)",
            "  further answers: {n}, after {median} h (median)",
        ),
        "conversations": (
            "Schriftliche Vorgänge: {n}; bei uns {ours} Std., Pause beim Kunden {paused} Std. (Mediane)",
            "Conversations in writing: {n}; with us {ours} h, paused with the customer {paused} h (medians)",
        ),
        "open now": ("Jetzt offen: {n}", "Open now: {n}"),
        "nothing open": ("Jetzt offen: nichts.", "Open now: nothing."),
        "open item": (
            "{what} · {name} · seit {when}, {hours}",
            "{what} · {name} · since {when}, {hours}",
        ),
        "open calls": (" · {n} Anrufe", " · {n} calls"),
        "open tries 1": (" · einmal vergeblich versucht", " · tried in vain once"),
        "open tries": (" · {n}-mal vergeblich versucht", " · tried in vain {n} times"),
        "open promise": ("Zusage · {name} · „{text}“, bis {when}", 'promise · {name} · "{text}", by {when}'),
        "overdue": (", {hours} darüber", ", {hours} over"),
        "more": ("… und {n} weitere (--json)", "… and {n} more (--json)"),
        # -- demand
        "demand": (
            "Aufkommen: {what}, {start} bis {end} ({days} Tage, {n})",
            "Demand: {what}, {start} to {end} ({days} days, {n})",
        ),
        "d call": ("Anrufe", "calls"),
        "d message": ("Nachrichten", "messages"),
        "d email": ("Mails", "mails"),
        "d written": ("Nachrichten und Mails", "messages and mails"),
        "nothing came": ("In dieser Zeit kam nichts herein.", "Nothing came in this time."),
        "too short": (
            "{n} in {days} Tagen: für ein Profil zu kurz (nötig sind 14 Tage).",
            "{n} in {days} days: too short for a profile (it takes 14 days).",
        ),
        "profile": ("Im Mittel je halbe Stunde (± 95 %):", "Mean by half-hour (± 95 %):"),
        "outside": ("Vor {first} und nach {last} Uhr: {n}", "Before {first} and after {last}: {n}"),
        "left out": ("Nicht im Profil: {days}", "Left out of the profile: {days}"),
        "odd day": ("{day} ({n} statt {usual})", "{day} ({n} instead of {usual})"),
        "level": (
            "Zuletzt {level} des Profils, Trend {trend} je Woche; Streuung {dispersion}-fach zufällig.",
            "Lately {level} of the profile, trend {trend} a week; spread {dispersion} times that of chance.",
        ),
        "week": ("Erwartet ab {day} (mit 80 % zwischen):", "Expected from {day} on (80 % between):"),
        "backtest": (
            "Rückblick auf {weeks} Wochen ({n}): Fehler je halbe Stunde {a} (Wiederholung der Vorwoche "
            "{b}), je Tag {c} ({d}).",
            "Looking back {weeks} weeks ({n}): error by half-hour {a} (repeating the week before {b}), by "
            "day {c} ({d}).",
        ),
        # -- staffing
        "staff": ("Besetzung: {team}, Woche ab {day}", "Staffing: {team}, week from {day}"),
        "assumed": (
            "{level} binnen {answer} s, Bearbeitung {handle} s ({n} Gespräche){wrap}, Ausfall {shrinkage}, "
            "Auslastung höchstens {occupancy}.",
            "{level} within {answer} s, handle time {handle} s ({n} conversations){wrap}, shrinkage "
            "{shrinkage}, occupancy {occupancy} at most.",
        ),
        "wrap": (" + {n} s Nacharbeit", " + {n} s after-call work"),
        "no handle": (
            "Keine Gesprächsdauer im Protokoll: --handle-seconds angeben.",
            "No lengths of conversations in the log: give --handle-seconds.",
        ),
        "no forecast": (
            "Kein Profil, also keine Besetzung: das Protokoll ist kürzer als 14 Tage.",
            "No profile, so no staffing: the log is shorter than 14 days.",
        ),
        "gaps": (
            "Lücken gegen den Dienstplan ({n} Personen): {slots} von {of} halben Stunden",
            "Gaps against the roster ({n} people): {slots} of {of} half-hours",
        ),
        "no gaps": (
            "Der Dienstplan ({n} Personen) deckt jede halbe Stunde.",
            "The roster ({n} people) covers every half-hour.",
        ),
        "gap": (
            "{when}: {short} zu wenig; {calls} Anrufe erwartet, {needed} nötig, {planned} geplant",
            "{when}: {short} short; {calls} calls expected, {needed} needed, {planned} planned",
        ),
        "move": ("{n} von {when} verlegen", "move {n} from {when}"),
        "add": ("{n} dazu einteilen oder Rückruf anbieten", "plan {n} more, or offer call-backs"),
        "without": (
            "Ohne {name}: {slots} von {of} halben Stunden zu knapp",
            "Without {name}: {slots} of {of} half-hours short",
        ),
        "needs": ("Nötige Köpfe (erwartete Anrufe) je halbe Stunde:", "Heads needed (calls expected) by half-hour:"),
        "unread": ("Im Dienstplan nicht gelesen: {n} ({why})", "Not read in the roster: {n} ({why})"),
        # -- cover
        "cover": ("Vertretung für {name}, {start} bis {end}", "Cover for {name}, {start} to {end}"),
        "cover sum": (
            "{n} von {of} Beziehungen brauchen jemanden; ab {back} wieder bei {name}.",
            "{n} of {of} relationships need somebody; with {name} again from {back}.",
        ),
        "none needed": (
            "Niemand muss in dieser Zeit vertreten werden ({of} Beziehungen).",
            "Nobody needs cover in this time ({of} relationships).",
        ),
        "sheet": ("Für {name} ({n})", "For {name} ({n})"),
        "nobody": ("Noch ohne Vertretung ({n})", "Still without cover ({n})"),
        "knows": ("hatte {n} Kontakttage, zuletzt {day}", "has spoken or written on {n} days, last {day}"),
        "knows 1": ("hatte 1 Kontakttag, am {day}", "has spoken or written on 1 day, {day}"),
        "knows others": ("kennt andere dort, zuletzt {day}", "knows others there, last {day}"),
        "stranger": ("noch kein eigener Kontakt: vorstellen", "no contact of their own yet: introduce"),
        "falls due": ("wird fällig am {day}", "falls due {day}"),
        "booked": ("Termin am {day} {text}", "meeting {day} {text}"),
        "promised": ("zugesagt bis {day}: {text}", "promised by {day}: {text}"),
        "number": ("erreichbar: {handle}", "reach at: {handle}"),
    }
)
