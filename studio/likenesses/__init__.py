"""Likenesses: a consenting person's own voice, fitted from their recordings, kept in the vault, let by legal."""
