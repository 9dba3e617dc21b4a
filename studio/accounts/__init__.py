"""Who may come in, how they prove it, and what is on record of it."""
