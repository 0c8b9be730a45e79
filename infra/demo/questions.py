"""What the demo asks the graph, as any client could."""

from __future__ import annotations

CLIENT = """
query Client($id: UUID!) {
  contact(id: $id) {
    id
    name
    requirements {
      budgetFrom { text }
      budgetTo { text }
      areas { place radiusKm }
      bedroomsMin
      bathroomsMin
      livingAreaMin { value }
      mustHaves
      niceToHaves
    }
    matches(first: 3) {
      totalCount
      nodes {
        rank
        score
        reasons {
          for { sentence contribution }
          against { sentence contribution }
        }
        property {
          id
          listingId
          address { city }
          listPrice { text }
          bedroomsTotal
          bathroomsTotal
          livingArea { value }
          yearBuilt
        }
      }
    }
  }
}
"""
COMPARE = """
query Compare($contact: UUID!, $properties: [UUID!]!) {
  compareProperties(contact: $contact, properties: $properties) {
    name
    standings { label }
    rows { label cells { text best } }
    paragraph
  }
}
"""
