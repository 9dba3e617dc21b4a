"""Dubbing: what is said in a recording and when, and a translation of it spoken at the same times."""
