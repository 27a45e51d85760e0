"""Names, addresses and numbers of invented people, each unique to its person."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_FIRST = (
    "Mirthe Daan Sanne Bram Lotte Sem Fleur Thijs Noor Jesse Eva Luuk Isa Ruben Tess Koen Julia "
    "Stijn Maud Pim Roos Gijs Femke Joris Anouk Sven Iris Wout Merel Floris Nina Casper Lieke "
    "Olaf Hanna Teun Amira Youssef Fatima Bilal Samira Karim Leila Omar Nadia Hamza Aylin Emre "
    "Zeynep Kerem Chloe Louis Camille Hugo Manon Arthur Elise Victor Ines Jules Greta Jonas "
    "Frieda Anton Marlene Felix Klara Moritz Paula Emil Aoife Declan Niamh Rory Orla Cormac"
)
_LAST = (
    "Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Kok Jacobs "
    "Vermeulen Schouten Willems Hoekstra Koster Prins Huisman Postma Blom Verhoeven Kuipers "
    "Veenstra Kramer Scholten Maas Boer Peeters Janssen Maes Claes Wouters Goossens Mertens Aerts "
    "Lambert Dubois Moreau Fontaine Girard Mercier Schneider Fischer Wagner Becker Hoffmann Koch "
    "Richter Wolf Neumann Krause Lehmann Yilmaz Demir Kaya Arslan Haddad Mansour Benali Idrissi "
    "Okafor Mensah Adeyemi Byrne Doyle Keane Nolan"
)
FIRST = tuple(_FIRST.split())
LAST = tuple(_LAST.split())
DOMAINS = (
    "example.net",
    "example.org",
    "example.com",
    "mail.example",
    "post.example",
    "inbox.example",
)

_PRIME = 7_919  # coprime to every pool's size, so that counting through it repeats nothing


def name_of(number: int) -> tuple[str, str]:
    """Give the first and last name of a person."""
    cell = number * _PRIME % (len(FIRST) * len(LAST))
    return FIRST[cell % len(FIRST)], LAST[cell // len(FIRST)]


def email_of(number: int, first: str, last: str) -> str:
    """Give the address of a person; no two persons share one."""
    rounds, _ = divmod(number, len(FIRST) * len(LAST))
    domain = DOMAINS[(number + rounds) % len(DOMAINS)]
    local = f"{first}.{last}".lower()
    tail = "" if rounds == 0 and number % 3 else str(number)
    return f"{local}{tail}@{domain}"


def other_email_of(number: int, first: str) -> str:
    """Give a second address that only the service desk knows."""
    return f"{first.lower()}.private{number}@post.example"


def typo_email(email: str, rng: Random) -> str:
    """Misspell an address so that it belongs to nobody."""
    local, domain = email.split("@")
    host, ending = domain.rsplit(".", 1)
    at = rng.randrange(1, len(host) - 1)
    if rng.random() < 0.4:
        return f"{local}@{host[:at]}{host[at + 1 :]}.{ending}"
    if rng.random() < 0.5:
        return f"{local}@{host[:at]}{host[at] * 3}{host[at + 1 :]}.{ending}"
    return f"{local}{local[-1] * 2}@{domain}"


def typo_name(name: str, rng: Random) -> str:
    """Misspell a name: two letters change places, one is missing or one is doubled."""
    at = rng.randrange(1, len(name) - 1) if len(name) > 2 else 0
    way = rng.randrange(3)
    if way == 0 and len(name) > at + 1:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if way == 1:
        return name[:at] + name[at + 1 :]
    return name[: at + 1] + name[at:]


def misspelt(typo: Callable[[str, Random], str], text: str, rng: Random, errors: int) -> str:
    """Make so many typing errors of a kind."""
    for _ in range(errors):
        text = typo(text, rng)
    return text


def mixed_case(email: str, rng: Random) -> str:
    """Write an address as people type it."""
    way = rng.random()
    if way < 0.7:
        return email
    if way < 0.85:
        local, domain = email.split("@")
        return ".".join(part.capitalize() for part in local.split(".")) + "@" + domain
    return email.upper() if way < 0.9 else email.capitalize()


def phone_of(number: int) -> str:
    """Give the mobile number of a person in E.164; no two persons share one."""
    return f"+3165{number * 1_299_709 % 10_000_000:07d}"


def spelled_phone(phone: str, rng: Random) -> str:
    """Write a Dutch number as people and forms do."""
    national = phone[3:]
    head, tail = national[:1], national[1:]
    return (
        phone,
        phone,
        f"+31 {head} {tail[:4]} {tail[4:]}",
        f"0{national}",
        f"0{head}-{tail}",
        f"0031{national}",
        f"0031 {head} {tail[:2]} {tail[2:5]} {tail[5:]}",
        f"(0{head}) {tail[:4]} {tail[4:]}",
        f"+31 (0){head} {tail}",
    )[rng.randrange(9)]


def handle_of(number: int, first: str, last: str) -> str:
    """Give the X username of a person, unique by its digits."""
    digits = str(number)
    return f"{(first + last)[: 14 - len(digits)]}_{digits}"


def client_id_of(number: int, device: int, first_touch_us: int) -> str:
    """Give the web client id of a device: the analytics cookie of one browser."""
    random_part = (number * 2 + device) * 1_640_531_527 % 2_147_483_647
    return f"{random_part}.{first_touch_us // 1_000_000}"
