"""The two gates: what staging may see of the lake, and what BI may see of the marts."""
