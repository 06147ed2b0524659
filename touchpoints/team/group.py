"""Figures about colleagues: only of a group of five, differences and slices included; one's own only for oneself."""

from __future__ import annotations

from collections.abc import Iterable, Set

import attrs

MINIMUM = 5
"""Colleagues that a figure must be about, beside oneself, who knows one's own part and could take it away."""


@attrs.frozen(slots=True)
class Withheld:
    """Why figures are not shown: `few` (they would be about `colleagues` of ours, 1 to 4), `rest` (what is left of a
    larger figure would be) or `others` (about one colleague who is not oneself)."""

    reason: str
    colleagues: int


@attrs.frozen(slots=True)
class Group:
    """Who asks: `oneself` is the name of the colleague whose store this is, if it is one's; `agreed` is what was agreed
    with the works council: it lifts the minimum, and is shown with every figure."""

    oneself: str | None = None
    agreed: str = ""

    def shows(self, colleagues: Iterable[str]) -> bool:
        """Whether a figure about these colleagues may be shown. One that no colleague can be told from is about none."""
        others = set(colleagues) - {self.oneself}
        return bool(self.agreed) or not others or len(others) >= MINIMUM

    def asked(self, colleagues: Set[str], everybody: Set[str]) -> Withheld | None:
        """Why a figure about some colleagues is withheld where that about `everybody` is known; `None` if it is shown."""
        others, rest = colleagues - {self.oneself}, everybody - colleagues - {self.oneself}
        if not self.shows(colleagues):
            return Withheld("others" if len(colleagues) == 1 else "few", len(others))
        if others and not self.shows(rest):
            return Withheld("rest", len(rest))
        return None
