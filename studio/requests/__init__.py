"""Requests: how a consent is asked for, answered and kept up, from the draft to the withdrawal."""
