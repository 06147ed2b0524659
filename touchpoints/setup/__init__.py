"""What the exports suggest as settings. Judging only, no asking: each proposal has its evidence, and says whether the
exports leave any doubt.

`look` reads every file with nobody on our side; `ourselves` proposes from that who we are and where we work. What is left
(`same_people`, `customers`, `keeping`, `open_questions`) needs an import that is kept in memory with what the first half settled.
`settingsfile` writes the answers down.
"""

from touchpoints.setup.customers import customers, keeping, open_questions, same_people
from touchpoints.setup.look import FirstLook, look
from touchpoints.setup.ourselves import ourselves
from touchpoints.setup.proposal import Proposal, merged

__all__ = [
    "FirstLook",
    "Proposal",
    "customers",
    "keeping",
    "look",
    "merged",
    "open_questions",
    "ourselves",
    "same_people",
]
