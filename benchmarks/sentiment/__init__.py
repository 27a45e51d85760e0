"""How the sentiment models were trained, and how they do on labelled texts that none has seen."""
