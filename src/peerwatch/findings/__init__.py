"""From logs to claims: tidy table, contrasts between matched arms, and what they support."""
