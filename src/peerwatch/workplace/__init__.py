"""The simulated company: state, ledger, operations, and how a variant of it is rendered from content."""
