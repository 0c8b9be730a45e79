"""Invented clients who look for a home in King County. The same seed gives the same people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from infra.importing.places import Place, king_county

SEED = 98_101
AREA_CODES = ("206", "253", "360", "425", "564")
GIVEN = """
    Aaliyah Abdul Adaeze Agnieszka Ahmed Aiko Alejandro Alice Amara Amina Ana Andre Anh Anita Arjun
    Astrid Bao Beatriz Benjamin Bilal Binh Camila Carlos Chen Chidi Chloe Daniel Daria David Deepa
    Diego Dmitri Elena Elif Emeka Emma Esther Fatima Felix Feng Gabriel Grace Hana Hannah Hassan
    Hiroshi Ingrid Isabel Ivan Jamal James Jasmine Javier Jin John Jorge Josefina Kaito Karen Keisha
    Kenji Kofi Lakshmi Laura Leila Liam Lin Linh Lucia Luis Magnus Maria Mark Mateo Mei Michael Mina
    Mohammed Nadia Naomi Ngozi Nikhil Noah Olga Oliver Omar Paolo Pavel Peter Priya Rafael Rajesh
    Rania Rosa Ruth Samuel Sana Sara Sofia Stefan Sunil Tala Tariq Teresa Thomas Tomasz Uma
    Valentina Victor Wei William Ximena Yara Yasmin Yuki Yusuf Zainab Zoe
""".split()
FAMILY = """
    Abebe Adeyemi Aguilar Ahmadi Ali Andersen Baker Banerjee Begum Bianchi Brown Campbell Carter
    Chang Chavez Chen Cohen Costa Cruz Dang Davis Diaz Do Dubois Evans Fernandez Fischer Flores
    Foster Garcia Gonzalez Gupta Haddad Hall Hansen Harris Hassan Hernandez Hill Hoang Huang Hughes
    Ibrahim Ivanova Jackson Jensen Johnson Jones Kang Kaur Khan Kim King Kowalski Kumar Larsen Le
    Lee Lewis Li Lopez Ma Martin Martinez Mbeki Meyer Miller Mohamed Moore Morales Murphy Nakamura
    Nelson Ng Nguyen Novak Nowak Nyberg Okafor Okoye Olsen Ortiz Park Patel Perez Petrov Pham Popov
    Rahman Ramirez Rao Reyes Rivera Roberts Robinson Rossi Saito Sanchez Santos Sato Schmidt Scott
    Sharma Shah Silva Singh Smith Suzuki Tanaka Taylor Thompson Torres Tran Vargas Walker Wang
    Watanabe White Williams Wilson Wong Wright Wu Yamamoto Yang Yilmaz Young Zhang Zhou
""".split()
LANGUAGES = ("en", "en", "en", "en", "en", "en", "es", "zh", "vi", "ko")
FINANCING = (
    "cash",
    "mortgage_approved",
    "mortgage_approved",
    "mortgage_applied",
    "mortgage_needed",
)
WISHES = (
    "basement",
    "view",
    "good_condition",
    "renovated",
    "single_storey",
    "built_after_2000",
    "large_lot",
)
WATERFRONT = 0.06
NEXT_KM = 9.0


def clients(count: int, prices: Mapping[str, float], seed: int = SEED) -> list[dict[str, Any]]:
    """Rows for the import of contacts. `prices` is what a home costs, by ZIP code, in USD."""
    chance = Random(seed)  # noqa: S311
    places = [place for place in king_county() if place.postal_code in prices]
    return [_client(number, chance, places, prices) for number in range(count)]


def _client(
    number: int, chance: Random, places: Sequence[Place], prices: Mapping[str, float]
) -> dict[str, Any]:
    home = chance.choice(places)
    bedrooms = chance.choices((1, 2, 3, 4, 5), (5, 25, 42, 23, 5))[0]
    spends = prices[home.postal_code] * chance.uniform(0.8, 1.5) * (0.7 + 0.1 * bedrooms)
    top, low = _round(spends), _round(spends * chance.uniform(0.55, 0.8))
    musts = chance.sample(WISHES, chance.choices((0, 1), (75, 25))[0])
    nice = [wish for wish in chance.sample(WISHES, chance.randint(0, 3)) if wish not in musts]
    nice += ["waterfront"] if chance.random() < WATERFRONT else []
    return {
        **_person(number, chance),
        "budget_from": low if chance.random() < 0.45 else None,
        "budget_to": top,
        "currency": "USD",
        "areas": _areas(home, places, chance),
        "bedrooms_min": bedrooms,
        "bathrooms_min": chance.choice((None, 1.0, 1.5, 2.0, 2.5 if bedrooms > 2 else 1.0)),
        "living_area_min": chance.choice((None, 400 + 400 * bedrooms)),
        "property_types": ["single_family_residence"],
        "must_haves": musts,
        "nice_to_haves": nice,
        "financing": chance.choice(FINANCING),
    }


def _round(dollars: float) -> int:
    """As people name a budget."""
    step = 25_000 if dollars < 800_000 else 50_000
    return max(150_000, round(dollars / step) * step)


def _person(number: int, chance: Random) -> dict[str, Any]:
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    line = 100 + number % 100
    host = chance.choice(("example.com", "example.org"))
    return {
        "contact_id": f"demo-{number + 1:04}",
        "given_name": given,
        "family_name": family,
        "email": f"{given}.{family}.{number + 1}@{host}".lower(),
        "phone": f"+1{AREA_CODES[number // 100 % len(AREA_CODES)]}5550{line}",
        "language": chance.choice(LANGUAGES),
        "roles": ["buyer"],
    }


def _areas(home: Place, places: Sequence[Place], chance: Random) -> list[dict[str, Any]]:
    """Around one place, and often a neighbouring one or two."""
    near = [each for each in places if 0 < each.middle.km_to(home.middle) < NEXT_KM]
    others = chance.sample(near, min(len(near), chance.choices((0, 1, 2), (50, 35, 15))[0]))
    return [
        {
            "place": each.name,
            "lat": each.middle.latitude,
            "lon": each.middle.longitude,
            "radius_km": chance.choice((2.0, 3.0, 4.0, 5.0)),
        }
        for each in (home, *others)
    ]
