"""The REST API: bearer tokens, no cookies."""
