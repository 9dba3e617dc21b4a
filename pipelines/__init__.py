"""From a grant to a released file. No users, no pages, no database."""
