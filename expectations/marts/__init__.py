"""The suites of the mart gate."""
