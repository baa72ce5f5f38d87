"""The assignments: one folder each, with its content and the pure function from (before, after, ledger) to outcome."""
