"""The suites of the lake gate, one module per source."""
