"""Files into the book: every row once, bad ones aside, however often and however rudely."""

from __future__ import annotations

import csv
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import psycopg
import pytest

from commands.ledger import Deedbook
from infra.demo.loading import SAMPLE
from tests.infra.commandline import environment, run, start

AGENCY = UUID("11111111-1111-4111-8111-111111111111")
CLASSIC = """\
id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,\
sqft_above,sqft_basement,yr_built,yr_renovated,zipcode,lat,long
"7129300520","20141013T000000",221900,3,1,1180,5650,"1",0,0,3,7,1180,0,1955,0,"98178",47.5112,-122.257
"6414100192","20141209T000000",538000,3,2.25,2570,7242,"2",1,3,4,10,2170,400,1951,1991,"98125",47.721,-122.319
"6414100192","20150409T000000",7.7e+005,33,2.25,2570,7242,"2",0,0,3,7,2170,400,1951,1991,"98125",47.721,-122.319
"""
BROKEN_QUOTE = "a quote in it is not closed, or not doubled"


@dataclass
class Importing:
    """A folder to import from and the database to import into."""

    folder: Path
    dsn: str

    @property
    def env(self) -> dict[str, str]:
        return environment(self.folder, database_url=self.dsn)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def go(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        asked = ["import", *map(str, words), "--agency", str(AGENCY)]
        return run(*asked, cwd=self.folder, env=self.env)

    def facts(self) -> list[tuple[Any, ...]]:
        """What is in the book, whenever and in whichever order it came."""
        with psycopg.connect(self.dsn) as conn:
            rows = conn.execute(
                "select originator_id, originator_version, topic, "
                "convert_from(state, 'utf8')::json -> 'data' from deedbook_events order by 1, 2"
            )
            return [(*row[:3], json.dumps(row[3], sort_keys=True)) for row in rows]

    def listed(self) -> list[dict[str, Any]]:
        return [json.loads(row[3]) for row in self.facts() if row[2] == "property.listed"]

    def contacts(self) -> list[dict[str, Any]]:
        return [json.loads(row[3])["details"] for row in self.facts() if "registered" in row[2]]

    def requirements(self) -> list[dict[str, Any]]:
        wanted = "contact.requirements_stated"
        return [json.loads(row[3])["requirements"] for row in self.facts() if row[2] == wanted]

    def rejects(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def importing(store: Deedbook, dsn: str, tmp_path: Path) -> Iterator[Importing]:
    yield Importing(tmp_path, dsn)


def counted(done: subprocess.CompletedProcess[str]) -> tuple[int, ...]:
    """Rows read, imported, already there, rejected."""
    lines = done.stdout.splitlines()[:4]
    return tuple(int(line.split()[0].replace(",", "")) for line in lines)


def sample(folder: Path, rows: int) -> Path:
    path = folder / "homes.parquet"
    pl.read_parquet(SAMPLE).head(rows).write_parquet(path)
    return path


def test_a_parquet_file_is_imported_once_and_the_same_again_adds_nothing(
    importing: Importing,
) -> None:
    path = sample(importing.folder, 300)
    first = importing.go("properties", path)
    assert (first.returncode, counted(first)) == (0, (300, 300, 0, 0)), first.stderr
    before = importing.facts()
    second = importing.go("properties", path)
    assert (second.returncode, counted(second)) == (0, (300, 0, 300, 0))
    assert importing.facts() == before
    assert not list(importing.folder.glob("*.rejects.csv"))


def test_csv_and_parquet_of_the_same_rows_are_the_same_listings(importing: Importing) -> None:
    path = sample(importing.folder, 40)
    pl.read_parquet(path).write_csv(importing.folder / "homes.csv")
    assert counted(importing.go("properties", path)) == (40, 40, 0, 0)
    again = importing.go("properties", importing.folder / "homes.csv")
    assert counted(again) == (40, 0, 40, 0), again.stderr


def test_killed_half_way_and_started_again_it_ends_with_the_same_data(
    importing: Importing, store: Deedbook
) -> None:
    path = sample(importing.folder, 3000)
    asked = ("import", "properties", str(path), "--agency", str(AGENCY))
    process = start(*asked, cwd=importing.folder, env=importing.env)
    until = time.monotonic() + 60
    while (store.recorder.max_notification_id() or 0) < 500 and time.monotonic() < until:
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    half = len(importing.listed())
    assert 0 < half < 3000
    done = importing.go("properties", path)
    assert done.returncode == 0, done.stderr
    assert counted(done)[0] == 3000
    assert counted(done)[1] + counted(done)[2] == 3000
    resumed = importing.facts()
    with psycopg.connect(importing.dsn, autocommit=True) as conn:
        conn.execute("truncate deedbook_events, deedbook_commands")
    assert counted(importing.go("properties", path)) == (3000, 3000, 0, 0)
    assert importing.facts() == resumed


def test_the_classic_file_needs_no_mapping(importing: Importing) -> None:
    done = importing.go("properties", importing.file("kc_house_data.csv", CLASSIC))
    assert (done.returncode, counted(done)) == (0, (3, 3, 0, 0)), done.stderr
    homes = {home["list_price"]["amount"]: home for home in importing.listed()}
    assert set(homes) == {"221900", "538000", "770000"}
    sold_twice, lakeside = homes["770000"], homes["538000"]
    assert sold_twice["details"]["bedrooms_total"] == 33
    assert lakeside["address"]["city"] == "Seattle"
    assert lakeside["details"]["features"] == ["basement", "high_grade", "view", "waterfront"]
    assert lakeside["details"]["condition"] == "good"
    assert homes["221900"]["details"]["year_renovated"] is None


def test_a_bad_row_is_set_aside_with_row_column_and_reason(importing: Importing) -> None:
    text = (
        "ListingId,City,ListPrice,BedroomsTotal,Latitude,Longitude\n"
        "A1,Kent,400000,3,47.4,-122.2\n"
        "A2,Kent,plenty,3,47.4,-122.2\n"
        "A3,Kent,400000,2.5,47.4,-122.2\n"
        "A4,,400000,3,47.4,-122.2\n"
        "A5,Kent,400000,3,147.4,-122.2\n"
        "A6,Kent,400000,3,47.4,\n"
        "A7,Kent,NaN,3,47.4,-122.2\n"
        "A8,Kent,400000,3,47.4,-122.2,surplus\n"
        "A9,Kent\u202e,400000,3,47.4,-122.2\n"
        "\n"
        "B1,Kent,-5,3,47.4,-122.2\n"
        "B2,Kent,1e400,3,47.4,-122.2\n"
        "B3,Kent,0,3,47.4,-122.2\n"
        "B4,Kent,500000,3,47.4,-122.2\n"
    )
    path = importing.file("feed.csv", text)
    done = importing.go("properties", path)
    assert (done.returncode, counted(done)) == (3, (13, 2, 0, 11)), done.stderr
    rows = importing.rejects("feed.rejects.csv")
    told = {row["ListingId"]: (row["rejected_row"], row["rejected_column"]) for row in rows}
    assert told == {
        "A2": ("2", "ListPrice"),
        "A3": ("3", "BedroomsTotal"),
        "A4": ("4", "City"),
        "A5": ("5", "Latitude"),
        "A6": ("6", "Longitude"),
        "A7": ("7", "ListPrice"),
        "A8": ("8", "(beyond the header)"),
        "A9": ("9", "City"),
        "B1": ("11", "ListPrice"),
        "B2": ("12", "ListPrice"),
        "B3": ("13", "ListPrice"),
    }
    assert all(row["rejected_reason"] for row in rows)
    assert rows[0]["rejected_value"] == "plenty"
    assert importing.go("properties", path).returncode == 3


def test_bytes_that_are_not_utf_8_spoil_only_their_row(importing: Importing) -> None:
    path = importing.folder / "latin.csv"
    path.write_bytes(b"\xef\xbb\xbflisting_id;city;price\n1;Z\xfcrich;9\n2;Bern;1,250,000.50\n")
    done = importing.go("properties", path, "--currency", "chf")
    assert (done.returncode, counted(done)) == (3, (2, 1, 0, 1)), done.stderr
    assert importing.listed()[0]["list_price"] == {"amount": "1250000.5", "currency": "CHF"}
    assert "UTF-8" in importing.rejects("latin.rejects.csv")[0]["rejected_reason"]


def test_a_wrong_quote_spoils_only_its_row(importing: Importing) -> None:
    text = (
        "ListingId,Street,City,ListPrice\n"
        'Q1,5" Pipe St,Kent,1\n'
        'Q2,"A" Street,Kent,2\n'
        'Q3,"A ""B"" St, top\nfloor",Kent,3\n'
        "\n"
        'Q4,"never closed,Kent,4\n'
        "Q5,plain,Kent,5,surplus\n"
        "Q6,plain,Kent,6\n"
    )
    done = importing.go("properties", importing.file("quotes.csv", text))
    assert (done.returncode, counted(done)) == (3, (6, 3, 0, 3)), done.stderr
    listed = {each["listing_id"]: each["address"]["street"] for each in importing.listed()}
    assert listed == {"Q1": '5" Pipe St', "Q3": 'A "B" St, top\nfloor', "Q6": "plain"}
    rows = [tuple(row.values())[:4] for row in importing.rejects("quotes.rejects.csv")]
    assert rows == [
        ("2", "(broken quotes)", 'Q2,"A" Street,Kent,2', BROKEN_QUOTE),
        ("5", "(broken quotes)", 'Q4,"never closed,Kent,4', BROKEN_QUOTE),
        ("6", "(beyond the header)", "surplus", "the row has more cells than the header"),
    ]


def test_text_that_parquet_holds_as_bytes_is_text(importing: Importing) -> None:
    path = importing.folder / "bytes.parquet"
    pl.DataFrame({"city": [b"Kent", b"\xff"], "price": [1, 2]}).write_parquet(path)
    done = importing.go("properties", path)
    assert (done.returncode, counted(done)) == (3, (2, 1, 0, 1)), done.stderr
    assert importing.listed()[0]["address"]["city"] == "Kent"


def test_columns_are_mapped_by_hand_and_values_set_for_all(importing: Importing) -> None:
    text = "nr,Ort,Preis,Flaeche,city\n7,Bern,900000,120,wrong\n"
    asked = ["--map", "listing_id=nr", "--map", "city=Ort", "--map", "list_price=Preis"]
    asked += ["--map", "living_area=Flaeche", "--set", "living_area_units=square_meters"]
    asked += ["--set", "country=CH", "--set", "property_type=Condominium", "--currency", "CHF"]
    done = importing.go("properties", importing.file("homes.csv", text), *asked)
    assert done.returncode == 0, done.stderr
    home = importing.listed()[0]
    assert home["listing_id"] == "7"
    assert (home["address"]["city"], home["address"]["country"]) == ("Bern", "CH")
    assert home["details"]["living_area"] == {"value": "120", "units": "square_meters"}
    assert home["details"]["property_type"] == "condominium"


def test_rows_alike_are_one_listing_and_another_of_the_same_number_is_refused(
    importing: Importing,
) -> None:
    text = "listing_id,city,price\nX,Kent,1000\nX,Kent,1000\nx,Kent,2000\n,Kent,5\n,Kent,5\n"
    done = importing.go("properties", importing.file("twins.csv", text))
    assert (done.returncode, counted(done)) == (3, (5, 2, 2, 1)), done.stderr
    reject = importing.rejects("twins.rejects.csv")[0]
    assert (reject["rejected_row"], reject["price"]) == ("3", "2000")
    assert "already_listed" in reject["rejected_reason"]


def test_a_listing_comes_with_what_became_of_it(importing: Importing) -> None:
    text = (
        "ListingId,City,ListPrice,StandardStatus,ClosePrice,CloseDate\n"
        "A,Kent,1000,Active,,\n"
        "B,Kent,1000,Closed,990,2025-03-01\n"
        "C,Kent,1000,Closed,,\n"
        "D,Kent,1000,Withdrawn,,\n"
        "E,Kent,1000,ComingSoon,,\n"
        "F,Kent,1000,Hold,,\n"
    )
    path = importing.file("feed.csv", text)
    done = importing.go("properties", path)
    assert (done.returncode, counted(done)) == (3, (6, 4, 0, 2)), done.stderr
    names = [row[2] for row in importing.facts() if not row[2].startswith("listing_id")]
    assert sorted(names) == [*["property.listed"] * 4, "property.sold", "property.withdrawn"]
    assert sum(home["as_draft"] for home in importing.listed()) == 1
    assert [row["rejected_row"] for row in importing.rejects("feed.rejects.csv")] == ["3", "6"]
    assert counted(importing.go("properties", path)) == (6, 0, 4, 2)


def test_another_file_is_not_taken_for_a_reject_file(importing: Importing) -> None:
    path = importing.file("homes.csv", "city,price\nKent,1000\n")
    kept = importing.file("kept.csv", "dear,data\n")
    done = importing.go("properties", path, "--rejects", kept)
    assert done.returncode == 2
    assert kept.read_text() == "dear,data\n"


def test_contacts_come_with_what_they_look_for(importing: Importing) -> None:
    text = (
        "Name,E-Mail,Phone,budget_max,bedrooms_min,must_haves,area_place,area_lat,area_lon,"
        "area_radius_km\n"
        "Ada Lovelace,Ada@Example.com,+1 (206) 555-0100,700000,3,view; large lot,Ballard,"
        "47.67,-122.38,3\n"
        "Madonna,madonna@example.org,,,,,,,,\n"
        "Nobody Reachable,,,500000,,,,,,\n"
        "Bad Mail,not-an-address,,,,,,,,\n"
    )
    path = importing.file("people.csv", text)
    done = importing.go("contacts", path)
    assert (done.returncode, counted(done)) == (3, (4, 2, 0, 2)), done.stderr
    people = {person["email"]: person for person in importing.contacts()}
    ada = people["ada@example.com"]
    assert (ada["given_name"], ada["family_name"]) == ("Ada", "Lovelace")
    assert (ada["phone"], ada["roles"]) == ("+12065550100", ["buyer"])
    wishes = importing.requirements()
    assert len(wishes) == 1
    assert wishes[0]["must_haves"] == ["view", "large_lot"]
    assert wishes[0]["areas"][0]["place"] == "Ballard"
    before = importing.facts()
    assert counted(importing.go("contacts", path)) == (4, 0, 2, 2)
    assert importing.facts() == before


def test_contacts_without_names_are_given_one_if_asked(importing: Importing) -> None:
    frame = pl.DataFrame(
        {
            "contact_id": [17, 18],
            "budget_max_usd": [400_000, 250_000],
            "areas": [[{"lat": 47.67, "lon": -122.38, "radius_km": 3.0}], []],
            "bathrooms_min": pl.Series([2.1, None], dtype=pl.Float32),
            "must_haves": [["view"], []],
        }
    )
    path = importing.folder / "clients.parquet"
    frame.write_parquet(path)
    refused = importing.go("contacts", path)
    assert refused.returncode == 2
    assert "--name-prefix" in refused.stderr
    done = importing.go("contacts", path, "--name-prefix", "Client")
    assert (done.returncode, counted(done)) == (0, (2, 2, 0, 0)), done.stderr
    names = [f"{each['given_name']} {each['family_name']}" for each in importing.contacts()]
    assert sorted(names) == ["Client 17", "Client 18"]
    wish = next(each for each in importing.requirements() if each["areas"])
    assert wish["areas"][0]["place"] == "Ballard"
    assert wish["bathrooms_min"] == "2.1"


@pytest.mark.parametrize(
    ("content", "words", "told"),
    [
        (None, (), "No such file"),
        (b"", (), "empty"),
        (b"PK\x03\x04....", (), "zip"),
        (b"\x00\x01\x02", (), "neither CSV"),
        (b"PAR1 and then nothing", (), "not a readable"),
        (b"a,b\n1,2\n", (), "list_price"),
        (b"city,price\n1,2\n", ("--map", "price=x"), "There is no field 'price'"),
        (b"city,price\n1,2\n", ("--map", "unit=flat"), "no column 'flat'"),
        (b"city,price\n1,2\n", ("--map", "unit"), "FIELD="),
        (b"city,price\n1,2\n", ("--set", "latitude=north"), "not a number"),
        (b"city,price\n1,2\n", ("--map", "unit=city", "--map", "unit=price"), "given twice"),
        (b"city,price\r1,2\r", (), "CR"),
        (b"city,price\n1,2\n", ("--key", "nr"), "no column nr"),
        (b"city,price\n1,2\n", ("--rejects", "bad.csv"), "file to be imported"),
        (b"city,price\n1,2\n", ("--rejects", "nowhere/r.csv"), "no folder"),
    ],
)
def test_what_cannot_be_imported_at_all_is_said_in_one_line(
    importing: Importing, content: bytes | None, words: tuple[str, ...], told: str
) -> None:
    path = importing.folder / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    done = importing.go("properties", path, *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
