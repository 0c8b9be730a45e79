"""One deal, as the documentation of the commands shows it."""

from __future__ import annotations

DEAL = "3b8e6c10-94d2-4f0a-b7a1-5c9e2d7f6a31"
HOME = "6f1c9d2e-0b3a-4c57-9a55-1d3e8f7a2b40"
SELLER = "0d5f3a86-77c1-4b7e-8f0e-5c2a9b1d4e63"
BUYER = "0b6f2c1e-5a94-4b0e-9a55-6f2f3c1d7e10"
OFFER = "8a4d1f57-2c6b-4e39-a0d8-7b5c3e9f1264"
MILESTONE = "c5e7a913-6d0b-4f82-9b34-1a8d2f6c7e50"
CONTINGENCY = "e2b9d640-3f17-4a8c-8c65-9d0e7b1a5f48"
FINANCING = {"kind": "financing", "due_date": "2026-05-15", "detail": "A loan of USD 500,000."}
TERMS = {
    "price": {"amount": "640000.00", "currency": "USD"},
    "text": "Washer and dryer stay.",
    "contingencies": [FINANCING],
    "expires_at": "2126-05-03T17:00:00-07:00",
}
LENDER = {"role": "lender", "contact_id": "5f0c8b7a-1e2d-4396-b8a4-6c7d9e0f1a23"}
PARTIES = [
    {"role": "seller", "contact_id": SELLER},
    {"role": "buyer", "contact_id": BUYER},
    {"role": "buyer_agent", "user": "anna"},
]
