"""One home, as the documentation of the commands shows it."""

from __future__ import annotations

HOME = "6f1c9d2e-0b3a-4c57-9a55-1d3e8f7a2b40"
ADDRESS = {
    "street": "4302 Evanston Ave N",
    "city": "Seattle",
    "state_or_province": "WA",
    "postal_code": "98103",
}
OWNER = "0b6f2c1e-5a94-4b0e-9a55-6f2f3c1d7e10"
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
POINT = {"latitude": 47.6596, "longitude": -122.3522}
PRICE = {"amount": "645000.00", "currency": "USD"}
CLOSING = {
    "property_id": HOME,
    "close_price": {"amount": "652500.00", "currency": "USD"},
    "close_date": "2026-05-29",
}
DETAILS = {
    "property_type": "single_family_residence",
    "tenure": "freehold",
    "living_area": {"value": "1790", "units": "square_feet"},
    "lot_size": {"value": "4000", "units": "square_feet"},
    "bedrooms_total": 3,
    "bathrooms_total": "1.75",
    "stories": "1.5",
    "year_built": 1926,
    "year_renovated": 2004,
    "condition": "good",
    "features": ["basement", "view"],
}
