"""How the steps are called, by hand or by a schedule, and who is told when one fails."""
