"""The words of the harnesses, as content."""
