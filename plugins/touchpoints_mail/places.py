"""What the folder or Gmail label a message lies in means: sent, a draft, or thrown away; in the languages of mail programs."""

from __future__ import annotations

import csv
import re
from pathlib import PurePosixPath

_PLACES = {
    place: kind
    for kind, places in {
        "sent": "sent|sent items|sent mail|sent messages|sent-mail|gesendet|gesendete elemente|gesendete objekte|"
        "gesendete nachrichten|gesendete e-mails|gesendete mails|envoyé|envoyés|messages envoyés|éléments envoyés|enviado|enviados|"
        "elementos enviados|mensajes enviados|itens enviados|posta inviata|inviata|inviati|inviate|elementi inviati|verzonden|"
        "verzonden items|verzonden berichten|wysłane|elementy wysłane|gönderilenler|gönderilmiş öğeler|отправленные|lähetetyt|"
        "poslano|poslane stavke|skickat|sendt|odeslaná pošta|enviats|trimise|elküldött üzenetek",
        "draft": "draft|drafts|entwurf|entwürfe|templates|vorlagen|unsent messages|outbox|postausgang|brouillon|brouillons|borrador|"
        "borradores|bozza|bozze|rascunho|rascunhos|concept|concepten|wersje robocze|robocze|taslaklar|черновики|luonnokset|skice|"
        "utkast|kladder|koncepty|scheduled|geplant|boîte d'envoi|bandeja de salida|posta in uscita",
        "bin": "spam|junk|junk-e-mail|junk e-mail|junk email|bulk mail|unerwünscht|unerwünschte werbung|trash|bin|papierkorb|"
        "deleted items|deleted messages|gelöscht|gelöschte elemente|gelöschte objekte|gelöschte nachrichten|corbeille|"
        "éléments supprimés|courrier indésirable|indésirables|papelera|elementos eliminados|correo no deseado|cestino|"
        "posta eliminata|posta indesiderata|lixeira|lixo|itens excluídos|lixo eletrônico|prullenbak|verwijderde items|"
        "ongewenste e-mail|ongewenste reclame|kosz|elementy usunięte|wiadomości-śmieci|çöp kutusu|silinmiş öğeler|корзина|спам|"
        "удаленные|roskakori|roskaposti|smeće|otpad|papperskorg|papirkurv|koš",
    }.items()
    for place in places.split("|")
}


def folder_of(name: str) -> str:
    """The folder a file holds or lies in: `Sent` for `Sent`, `Sent.mbox/mbox`, `Sent/a.eml`, `.Sent/cur/1:2,S` and
    `Sent Messages.mbox/B2C1/Data/Messages/17.emlx`."""
    *above, last = PurePosixPath(name.replace("\\", "/")).parts or ("",)
    if above and above[-1] in ("cur", "new"):
        last = above[-2] if len(above) > 1 else ""
    elif above and last.casefold().endswith(".emlx"):
        last = next((part for part in reversed(above) if part.casefold().endswith((".mbox", ".imapmbox"))), above[-1])
    elif above and re.search(r"(?i)(^mbox|\.eml|\.txt)$", last):
        last = above[-1]
    return re.sub(r"(?i)\.(mbox|imapmbox|mbx|sbd)$", "", last)


def meaning(place: str) -> str | None:
    """`sent`, `draft`, `bin`, or `None` for any other folder or label."""
    plain = place.strip(' "\\').replace("\u00a0", " ").casefold()
    if plain in _PLACES:
        return _PLACES[plain]
    # Maildir calls it INBOX.Sent or .Sent, Gmail's IMAP [Gmail]/Gesendet, Takeout "Messages envoyés-001"
    return _PLACES.get(re.split(r"[./]", plain)[-1]) or _PLACES.get(re.sub(r"-\d{3}$", "", plain))


def labels(text: str) -> list[str]:
    """The labels of Gmail's header, which are quoted where they hold a comma."""
    try:
        return [label.strip() for label in next(csv.reader([text], skipinitialspace=True), [])]
    except csv.Error:
        return [label.strip(' "') for label in text.split(",")]
