"""Visits to the website: pages, sign-ins, product use, forms and orders, as analytics sees them.

The first browser of a person is anonymous until the first sign-in, the second is used signed in
only. A session that ties a browser to a person (first sign-in, form, order) neither runs over
midnight nor reaches the vendor late; other sessions may do both.
"""

from __future__ import annotations

from random import Random

from sandbox.answers import feel
from sandbox.books import Hit, Session
from sandbox.chance import pick
from sandbox.company import Company
from sandbox.crm import Deal, close_deal, open_deal
from sandbox.moments import DAY, HOUR, MILLI, MINUTE, SECOND
from sandbox.people import Device, Person, second_device
from sandbox.stumbling import begin_checkout, look_at_checkout

# Weights of the hours from 0 to 23.
_NIGHT = (1.0, 0.4, 0.2, 0.1, 0.1, 0.4)
_DAY = (1.5, 3.5, 5.0, 5.0, 5.0, 4.5, 5.5, 5.0, 4.5, 4.5, 5.0, 5.0)
_EVENING = (5.5, 7.0, 8.0, 7.0, 4.5, 2.2)
HOURS = tuple(enumerate((*_NIGHT, *_DAY, *_EVENING)))
EARLY_HOURS = tuple((hour, weight) for hour, weight in HOURS if 6 <= hour < 22)
BROWSED = ("/", "/pricing", "/features", "/plans/family", "/blog/winter-check", "/about", "/help")
FEATURES = ("report", "budget", "hub", "export", "schedule", "share")
SITE = "https://www.northwind.example"
SITE_SEARCHED_SHARE = 0.4  # of the readers of the help page
BY_MAIL = 2  # the newsletter among the sources of a visit


def visit_time(rng: Random, day_us: int, *, is_tying: bool) -> int:
    """Draw when on a day somebody comes; sessions that must end before midnight come earlier."""
    hour = pick(rng, EARLY_HOURS if is_tying else HOURS)
    return day_us + hour * HOUR + rng.randrange(HOUR)


class Visit:
    """Builds one session; its clock runs on with each hit."""

    def __init__(self, company: Company, person: Person, device: Device, us: int) -> None:
        self.company, self.person, self.device, self.us = company, person, device, us
        self.rng = company.rng("visit", device.client_id, us)
        device.sessions += 1
        if device.sessions == 1:
            device.first_touch_us = us
        self.session = Session(
            person=person.number,
            client_id=device.client_id,
            session_id=us // SECOND,
            number=device.sessions,
            start_us=us,
            user_id=None,
            source=pick(self.rng, ((0, 5.0), (1, 3.0), (2, 1.2), (3, 1.0), (4, 0.8))),
            device=device.kind,
            first_touch_us=device.first_touch_us,
        )
        self.is_signed_in = False
        self.is_tying = False
        self.late_us: int | None = None

    def sign_in(self) -> None:
        """Know the person from here on."""
        self.session.user_id = self.person.customer_number
        self.is_signed_in = True

    def hit(
        self,
        name: str,
        page: str,
        engaged_ms: int = 0,
        *,
        order: tuple[str, int] | None = None,
    ) -> int:
        """Record an event now and give its moment; the next one comes a little later."""
        at, late = self.us, self.late_us
        if late is None and name == "user_engagement" and self.rng.random() < 0.012:
            late = self._later(at)
        transaction, cents = order or (None, None)
        self.session.hits.append(
            Hit(at, name, SITE + page, engaged_ms, self.is_signed_in, late, transaction, cents)
        )
        self.us += self.rng.randrange(1_200, 9_000) * MILLI + self.rng.randrange(MILLI)
        return at

    def _later(self, us: int) -> int:
        """Draw when what was held back reaches the vendor: within three days of its day."""
        return us - us % DAY + self.rng.randrange(1, 4) * DAY + 4 * HOUR

    def begin(self, page: str) -> None:
        """Land on a page."""
        self.hit("session_start", page)
        if self.device.sessions == 1:
            self.hit("first_visit", page)
        self.read(page)

    def read(self, page: str) -> None:
        """Look at a page for a while."""
        self.hit("page_view", page)
        spent = self.rng.randrange(4_000, 100_000)
        self.us += spent * MILLI
        if self.rng.random() < 0.62:
            self.hit("user_engagement", page, spent)
        asked = self.company.chance("site search", self.device.client_id, self.us)
        if page == "/help" and asked < SITE_SEARCHED_SHARE:
            self.hit("view_search_results", page)

    def use(self) -> None:
        """Use the product, once or several times."""
        for _ in range(1 + int(self.rng.random() * self.rng.random() * 5)):
            at = self.hit("feature_use", f"/app/{self.rng.choice(FEATURES)}")
            self.session.use_us = self.session.use_us or at
            self.us += self.rng.randrange(9, 150) * SECOND

    def log_in(self) -> None:
        """Sign in by hand."""
        self.read("/login")
        self.sign_in()
        self.hit("login", "/login")
        if not self.person.is_signed_in and self.device is self.person.devices[0]:
            self.is_tying = True
            self.person.is_signed_in = True

    def close(self) -> Session:
        """End the session and enter it in the books."""
        self.device.busy_until_us = self.us
        company, session = self.company, self.session
        if not self.is_tying and self.rng.random() < 0.02:
            session.late_us = self._later(session.start_us)
            session.hits = [hit._replace(late_us=session.late_us) for hit in session.hits]
        company.books.sessions.append(session)
        company.first_sources.setdefault(session.person, (session.start_us, session.source))
        for each in session.hits:
            company.books.hits[each.us // DAY].append((session, each))
        return session


def _free_at(device: Device, us: int) -> int:
    """Wait until the last session in this browser is over for good."""
    return max(us, device.busy_until_us + 31 * MINUTE)


def browse(company: Company, person: Person, us: int, purpose: str) -> None:
    """Look around anonymously; with the purpose `lead`, leave name and address."""
    if person.is_gone or (purpose != "lead" and person.customer_number is not None):
        return
    device = person.devices[0]
    us = _free_at(device, us)
    visit = Visit(company, person, device, us)
    visit.begin(visit.rng.choice(BROWSED))
    for _ in range(1 if visit.rng.random() < 0.6 else 3):
        visit.read(visit.rng.choice(BROWSED))
    if purpose == "lead":
        visit.is_tying = True
        visit.read("/contact")
        at = visit.hit("generate_lead", "/contact")
        company.plan(at + 900 * MILLI, "lead", person.number)
    elif person.contact_id is not None:
        look_at_checkout(visit)
    visit.close()


def order(company: Company, person: Person, us: int, purpose: str | None) -> None:
    """Order on the website, of oneself or for an offer; the first order makes a customer."""
    if person.is_gone or person.contact_id is None or person.open_deals:
        return
    visit = Visit(company, person, person.devices[0], _free_at(person.devices[0], us))
    visit.is_tying = True
    if purpose == "offer":
        visit.session.source = BY_MAIL
    visit.begin("/pricing")
    if person.customer_number is not None and person.is_signed_in:
        visit.sign_in()
    deal = _check_out(company, person, visit)
    if deal is not None and purpose == "offer":
        company.offers[person.number].deals.append(deal.deal_id)
    if deal is not None and not visit.is_signed_in and visit.rng.random() < 0.6:
        visit.us += 20 * SECOND
        visit.log_in()
        visit.use()
    visit.close()
    company.plan(us + DAY, "settle", person.number)


def _check_out(company: Company, person: Person, visit: Visit) -> Deal | None:
    if not begin_checkout(visit, would_order=True):
        return None
    visit.us += visit.rng.randrange(30, 200) * SECOND
    deal = open_deal(company, person, visit.us + 1_300 * MILLI, visit.rng, is_silent=True)
    close_deal(company, person, deal, deal.created_us, won=True)
    visit.hit("purchase", "/checkout/thanks", order=(f"T-{deal.deal_id}", deal.amount_cents))
    visit.us += 3 * SECOND
    return deal


def routine(company: Company, person: Person, us: int, _: object) -> None:
    """Come as a customer does: mostly signed in, mostly to use the product."""
    person.has_visit_due = False
    if person.is_gone or person.customer_number is None:
        return
    rng = company.rng("routine", person.number, us)
    device = _choose_device(company, person, us, rng)
    us = _free_at(device, us)
    is_first = device is person.devices[0] and not person.is_signed_in
    must_sign_in = is_first and person.comes_offline
    if is_first and us % DAY > 22 * HOUR:
        us = us - us % DAY + DAY + 9 * HOUR + us % HOUR
        company.plan(us, "routine", person.number)
        person.has_visit_due = True
        return
    visit = Visit(company, person, device, us)
    if device is not person.devices[0] or (person.is_signed_in and rng.random() < 0.6):
        visit.sign_in()
    visit.begin("/app" if visit.is_signed_in else "/")
    if not visit.is_signed_in and (must_sign_in or rng.random() < 0.75):
        visit.log_in()
    _do_things(company, person, visit, rng)
    session = visit.close()
    if (
        session.use_us is not None
        and session.late_us is None
        and not person.has_duplicate
        and rng.random() < 0.013 * company.climate.crm_noise.duplicate_factor
        and session.use_us // DAY == session.start_us // DAY
    ):
        middle = (session.start_us + session.use_us) // 2
        company.plan(middle, "duplicate", person.number)
    company.plan(visit.us, "settle", person.number)


def _choose_device(company: Company, person: Person, us: int, rng: Random) -> Device:
    if company.chance("second device", person.number) > 0.35 or rng.random() > 0.4:
        return person.devices[0]
    return person.devices[1] if len(person.devices) > 1 else second_device(company.seed, person, us)


def _do_things(company: Company, person: Person, visit: Visit, rng: Random) -> None:
    storm = company.climate.outage(visit.us)
    if storm is not None:
        visit.hit("exception", "/app")
        visit.read("/status")
        feel(person, 0.0, storm.mood_drop)
        return
    if visit.is_signed_in and rng.random() < 0.84:
        visit.use()
    else:
        visit.read(rng.choice(BROWSED))
    wants_more = person.won >= 1 and person.open_deals == 0
    if wants_more and visit.is_signed_in and rng.random() < 0.022 * (0.4 + person.mood):
        if rng.random() < 0.6 and visit.us % DAY < 22 * HOUR:
            visit.is_tying = True
            visit.read("/plans/family")
            _check_out(company, person, visit)
        else:
            when = visit.us - visit.us % DAY + rng.randrange(1, 4) * DAY
            company.plan(when + rng.randrange(8 * HOUR, 17 * HOUR), "deal_open", person.number)
