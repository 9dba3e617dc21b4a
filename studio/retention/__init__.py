"""How long material is kept, and proof that it was destroyed."""
