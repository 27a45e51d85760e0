"""The catalogue of faults: each is put into the running system, told, and repaired."""
