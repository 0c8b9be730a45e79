"""Files into the book: CSV or Parquet, row by row, through the same commands as everything else."""

from infra.importing.columns import Columns, match
from infra.importing.contacts import contacts
from infra.importing.load import Counts, Loading, Signer, default_rejects, key_columns
from infra.importing.properties import PROPERTIES
from infra.importing.rejects import Rejects
from infra.importing.source import Source
from infra.importing.table import Table, open_table
from infra.importing.trouble import BadFile

__all__ = [
    "PROPERTIES",
    "BadFile",
    "Columns",
    "Counts",
    "Loading",
    "Rejects",
    "Signer",
    "Source",
    "Table",
    "contacts",
    "default_rejects",
    "key_columns",
    "match",
    "open_table",
]
