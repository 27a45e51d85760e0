"""A person's data: found through the identity graph, exported, erased, kept from coming back."""
