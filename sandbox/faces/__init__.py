"""The vendors' APIs over one simulated company, one module each."""
