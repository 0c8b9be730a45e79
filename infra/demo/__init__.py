"""The demo: real homes, made-up clients, and the whole way from command to explained match."""
