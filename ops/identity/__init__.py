"""Identity beyond exact identifiers: probable matches, their guards, decisions by hand."""
