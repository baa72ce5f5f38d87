"""The assignments: one folder each, with its content and the pure function from facts to outcome."""
