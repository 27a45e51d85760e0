"""A simulated company behind vendor-faithful APIs."""
