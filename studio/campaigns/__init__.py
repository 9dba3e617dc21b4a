"""Campaigns: from a brief that a person wrote to takes that are released, refused or failed."""
