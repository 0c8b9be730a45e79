"""`python -m infra.cli` is `deedbook`."""

from infra.cli import main

main()
