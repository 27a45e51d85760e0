"""Tell a person what failed, since when, what is stale and what to do: one message per run."""
