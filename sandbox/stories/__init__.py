"""What happens to the company: planted stories with their dials, and how they are felt.

Each story is a module of its own. A world without stories, or with placebos in their place, has
the same persons and habits; only what the story touches differs.
"""

from __future__ import annotations

from sandbox.stories.broken_step import BrokenStep
from sandbox.stories.campaign import Campaign
from sandbox.stories.care_programme import CareProgramme
from sandbox.stories.checkout_friction import CheckoutFriction
from sandbox.stories.climate import Climate
from sandbox.stories.clumsy_post import ClumsyPost
from sandbox.stories.consent_wave import ConsentWave
from sandbox.stories.crm_noise import CrmNoise
from sandbox.stories.differing_auditors import DifferingAuditors
from sandbox.stories.emergencies import Emergencies
from sandbox.stories.newsletter_offer import NewsletterOffer
from sandbox.stories.outage import Outage
from sandbox.stories.outside_rumour import OutsideRumour
from sandbox.stories.posting_bias import PostingBias
from sandbox.stories.price_change import PriceChange
from sandbox.stories.refills import Refills
from sandbox.stories.search_lead import SearchLead
from sandbox.stories.story import Story, dialled, parameters, with_placebo
from sandbox.stories.wavering import Wavering

__all__ = [
    "PLANTED",
    "BrokenStep",
    "Campaign",
    "CareProgramme",
    "CheckoutFriction",
    "Climate",
    "ClumsyPost",
    "ConsentWave",
    "CrmNoise",
    "DifferingAuditors",
    "Emergencies",
    "NewsletterOffer",
    "Outage",
    "OutsideRumour",
    "PostingBias",
    "PriceChange",
    "Refills",
    "SearchLead",
    "Story",
    "Wavering",
    "dialled",
    "parameters",
    "with_placebo",
]

PLANTED: tuple[Story, ...] = (
    Outage(),
    PriceChange(),
    BrokenStep(),
    Emergencies(),
    CheckoutFriction(),
    ConsentWave(),
    NewsletterOffer(),
    SearchLead(),
    Refills(),
    Wavering(),
    PostingBias(),
    Campaign(),
    ClumsyPost(),
    OutsideRumour(),
    CareProgramme(),
    CrmNoise(),
    DifferingAuditors(),
)
