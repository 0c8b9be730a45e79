"""Makes sample.parquet out of a folder with kc_sales.parquet and listings.parquet.

    python -m infra.demo.make_sample FOLDER

The same folder gives the same sample. See LICENSE-DATA.md for where the rows come from.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

HOMES = 5_400
SEED = 20_140_502
SAMPLE = Path(__file__).parent / "sample.parquet"


def sample(folder: Path) -> pl.DataFrame:
    """Columns under our own names; rooms that cannot be are left out, prices are those asked."""
    sales = pl.read_parquet(folder / "kc_sales.parquet").filter(~pl.col("suspect"))
    listings = pl.read_parquet(folder / "listings.parquet")
    return (
        sales.join(listings, on="property_id", how="inner", validate="1:1")
        .sort("property_id")
        .sample(HOMES, seed=SEED)
        .sort("property_id")
        .select(
            listing_id=pl.format("KC-{}", pl.col("property_id").cast(pl.String).str.zfill(5)),
            list_price="ask_price_usd",
            currency=pl.lit("USD"),
            listed_on="list_date",
            property_type=pl.lit("single_family_residence"),
            postal_code="zipcode",
            latitude="lat",
            longitude="lon",
            living_area="living_sqft",
            lot_size="lot_sqft",
            bedrooms_total="bedrooms",
            bathrooms_total="bathrooms",
            stories="floors",
            year_built="year_built",
            year_renovated="year_renovated",
            condition="condition",
            grade="grade",
            waterfront="waterfront",
            view="view_score",
            basement="basement_sqft",
        )
    )


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    homes = sample(Path(sys.argv[1]))
    homes.write_parquet(SAMPLE, compression="zstd", compression_level=19)
    sys.stdout.write(f"{homes.height} homes, {SAMPLE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
