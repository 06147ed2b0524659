"""WhatsApp's own words in a chat: notices, calls and their outcome, in the languages of the phones it runs on.

German, English, Spanish, French, Italian, Portuguese, Dutch, Finnish, Croatian, Turkish, Polish, Russian, and where it is
one word more, others. Only texts that WhatsApp marks as its own, or that are nothing but such words, are looked at.
"""

from __future__ import annotations

import re

import attrs

from touchpoints import times
from touchpoints.errors import InvalidValue
from touchpoints.reading import LONGEST_CALL
from touchpoints_messages.chat import plain

ENCRYPTED = re.compile(
    r"(?i)end[- ]to[- ]end|ende[- ](?:zu|til)[- ]ende|d?e?'?extremo? a extremo?|bout en bout|pont[ao] a pont[ao]|päästä päähän|"
    r"salataan täysin|potpunom enkripcijom|uçtan uca|w pełni zaszyfrowane|szyfrowanie|сквозн\w+ шифрован|наскрізн\w+ шифр|"
    r"komplett krypterade|végpontok közötti|koncovým šifrován|šifrovaním|criptate integral|κρυπτογραφ|端[到对]端|端對端|點對點|"
    r"エンドツーエンド|종단간|مشفر|מוצפנ"
)
"""The note that opens every chat."""

GROUP = re.compile(
    r"(?i)\bgruppe|\bgruppen(?:bild|name|besch|info)|\bgroup\b|\bgrupo\b|\bgroupe\b|\bgruppo\b|\bgroep|\bryhm|\bgru[pb](?!o)|\bгрупп|"
    r"hinzugefügt|beigetreten|\badded\b|\bjoined\b|añadi|\bajouté\b|aggiunto|\badicion|toegevoegd|lisäsi|\bdoda[ołlnj]|ekledi|добавил"
)
"""Notices that only groups have."""

_NOTICE = re.compile(
    ENCRYPTED.pattern
    + "|"
    + GROUP.pattern.removeprefix("(?i)")
    + r"|sicherheitsnummer|security code|código de (?:seguridad|segurança)|"
    r"code de sécurité|codice di sicurezza|beveiligingscode|(?:suojaus|turva)koodi|sigurnosni kod|güvenlik kodu|"
    r"kod (?:zabezpieczeń|bezpieczeństwa)|код безопасности|gruppen(?:link)|group['’]s|entfernt|\bremoved\b|eliminó a |"
    r"te eliminó|\ba retiré\b|(?:ha|hai) rimosso|\bremoveu\b|(?<!bericht )(?<!bericht is )verwijderd|uklonio|uklonila|çıkardı|"
    r"usunął|удалил(?:а|и)? (?!это|данное)|\bleft\b|salió|quitté|abbandonato|\bsaiu\b|verlaten|poistui|napusti|ayrıldı|opuścił|"
    r"покинул|\badmin\w*|ylläpitäj|yönetici|beheerder|администратор|selbstlöschende|disappearing|message timer|"
    r"(?:mensajes|mensagens) tempor|messages éphémères|messaggi effimeri|(?:tijdelijke|verdwijnende) berichten|katoavat|nestajuć|"
    r"süreli mesaj|znikając|исчезающ|blockiert|\bblocked\b|bloque(?:aste|ó|ou|é)|débloqué|bloccato|geblokkeerd|estit|blokira|"
    r"engelle|blokował|блокировал|angeheftet|\bpinned\b|fijó|épinglé|fissato|fixou|vastgezet|ist (?:jetzt )?(?:in deinen|ein) kontakt|"
    r"is a contact|unternehmenskonto|business account|cuenta de empresa|compte professionnel|account business|conta comercial|"
    r"zakelijk account|yritystili|poslovni račun|işletme hesabı|konto firmowe|бизнес-аккаунт|telefonnummer|phone number|"
    r"número de tel|numéro de tél|numero di tel|telefoonnummer|puhelinnumero|broj telefona|telefon numara|numer telefonu|"
    r"номер телефона|\b(?:betreff|subject|asunto|onderwerp)\b|\bcommunity\b|comunidad|communauté|se unió|rejoint|si è unit|"
    r"entrou|neemt deel|liittyi|pridruži|katıldı|dołączył|присоедини"
)


def is_notice(text: str, author: str = "") -> bool:
    """Whether a text that starts with WhatsApp's mark is a notice: no call, no attachment, no deleted message. The name of
    its author, if it begins with that, says nothing: somebody may be called "Admin"."""
    words = plain(text).removeprefix(plain(author).removeprefix("~").strip())
    return (
        not words.startswith("<")
        and not _CALL.match(words)
        and not _GROUP_CALL.fullmatch(words)
        and _NOTICE.search(words) is not None
    )


# -- calls --------------------------------------------------------------------------------------------------------

_VIDEO = (
    r"video[ -]?(?:call|anruf|llamada|chiamata|chamada|oproep|gesprek|puhelu|poziv|samtal|opkald|anrop|hovor)|llamada de v[ií]deo|"
    r"appel vidéo|(?:chamada|ligação) de vídeo|görüntülü arama|po(?:łączenie|ł\.) wideo|видеозвонок|відеодзвінок"
)
_VOICE = (
    r"(?:voice|audio) call|sprachanruf|llamada(?: de voz)?|appel (?:vocal|audio)|chiamata(?: vocale)?|chamada(?: de voz)?|"
    r"ligação(?: de voz)?|spraak(?:oproep|gesprek)|äänipuhelu|glasovni poziv|sesli arama|po(?:łączenie|ł\.)(?: głosowe)?|"
    r"(?:аудио|голосовой )звонок|аудіодзвінок|röstsamtal|taleopkald|taleanrop"
)
_BEFORE = (
    r"missed|silenced(?: missed)?|verpasster|stummgeschalteter|gemiste?|vastaamaton|propušteni?|cevapsız|nieodebrane|пропущенн\w+|"
    r"пропущений|ubesvaret|tapt|missat"
)
_CALL = re.compile(
    rf"(?i)(?:(?P<before>{_BEFORE}) )?(?P<group>group |gruppen-?)?(?:(?P<video>{_VIDEO})|{_VOICE})"
    r"(?: (?P<after>perdida|manqué|persa))?(?:[.,:]|$)\s*(?P<what>.*)",
    re.DOTALL,
)
_GROUP_CALL = re.compile(
    r"(?i)(.* )?(hat einen (gruppen|video|sprach)?-?anruf gestartet|started a (voice |video |group )?call|"
    r"(missed|verpasster) (group call|gruppenanruf)|(inició|a démarré|ha avviato|iniciou) (una? |uma )?(video)?(llamada|appel|"
    r"chiamata|chamada|ligação)\b.*)\.?"
)
_ENDS = (
    ("missed", "no answer|unanswered|not answered|keine antwort|nicht (angenommen|beantwortet)|sin respuesta|no contestada|"
     "(sans|pas de|aucune) réponse|(nessuna|senza) risposta|sem resposta|não atendida|geen antwoord|niet (op|be)genomen|"
     "ei vastausta|(nema|bez) odgovora|(cevap|yanıt) yok|cevaplanmadı|brak odpowiedzi|(нет|без) ответа|busy|besetzt|ocupad|"
     "occupé|occupato|bezet|meşgul|zajęt|занят"),
    ("declined", "declined|abgelehnt|rechazad|refusé|rejet|rifiutat|recusad|rejeitad|geweigerd|afgewezen|hylätty|odbijen|"
     "reddedildi|odrzucon|отклон"),
    ("reached", "beendet|ended|auf anderem gerät angenommen|answered on (an)?other device|finalizad|terminé|terminat|terminad|"
     "encerrad|beëindigd|päättyi|završen|sona erdi|zakończon|заверш"),
)  # fmt: skip
_UNITS = {
    unit: seconds
    for seconds, units in {
        3600: "h hr hrs hour hours std stunde stunden hora horas heure heures ora ore uur uren t tunti tuntia sa saat sat sati "
        "godz godzina godziny ч час часа часов",
        60: "m min mins minute minutes minuten minuto minutos minuti minuut minuuttia minuta dk "
        "dakika мин минута минуты минут хв",
        1: "s sec secs second seconds sek sekunde sekunden seg segundo segundos secondo secondi seconde secondes seconden "
        "sekuntia sekundi sn saniye sekund sekundy с сек секунда секунды секунд",
    }.items()
    for unit in units.split()
}
_PART = re.compile(r"(\d+)\s*([^\W\d_]+)\.?\s*")


@attrs.frozen
class Call:
    """A line that stands for a call: `outcome` (empty if its words are not understood), talked `seconds` and how far they
    are `rounded` (0: exact), `video`, and whether it was a call of a `group`."""

    outcome: str
    video: bool = False
    seconds: float | None = None
    rounded: int = 0
    group: bool = False


def call_in(text: str) -> Call | None:
    """The call a text stands for; `None` if it is none."""
    words = plain(text)
    if _GROUP_CALL.fullmatch(words):
        return Call("", group=True)
    found = _CALL.fullmatch(words)
    if not found:
        return None
    what, joined, _ = re.split(r"\s*([•·]|$)", found["what"].casefold(), maxsplit=1)
    video, group = found["video"] is not None, bool(found["group"] or joined)
    if found["before"] or found["after"]:
        return Call("missed", video, group=group)
    for outcome, phrases in _ENDS:
        if re.match(phrases, what):
            return Call(outcome, video, group=group)
    seconds, finest = _seconds(what)
    if seconds is None or seconds > LONGEST_CALL:
        return Call("", video, group=group)
    return Call("reached", video, seconds, finest if finest > 1 else 0, group)


def _seconds(text: str) -> tuple[float | None, int]:
    """A duration in the phone's language and its finest unit; `None` for what is none."""
    total, finest, at = 0.0, 3600, 0
    while part := _PART.match(text, at):
        if (unit := _UNITS.get(part[2])) is None:
            return None, 1
        total, finest, at = total + int(part[1][:9]) * unit, min(finest, unit), part.end()
    if at and at == len(text):
        return total, finest
    try:
        return (times.duration(text), 1) if ":" in text else (None, 1)
    except InvalidValue:
        return None, 1


STARTS = (
    "\u200e", "Sprachanruf", "Videoanruf", "Verpasster ", "Voice call", "Video", "Missed ", "Silenced ", "Llamada", "Appel ",
    "Chiamata", "Chamada", "Ligação", "Spraak", "Gemist", "Äänipuhelu", "Vastaamaton", "Glasovni", "Propušten", "Sesli",
    "Görüntülü", "Cevapsız", "Poł", "Nieodebrane", "Аудио", "Голосовой", "Видео", "Пропущен",
)  # fmt: skip
"""How texts start that iOS wrote, not people."""
