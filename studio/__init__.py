"""People: accounts, campaigns, jobs, pages and the command line."""
