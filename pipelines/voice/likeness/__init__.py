"""A person's own voice on the default engine: what is fitted from recordings, how it is kept, how it is fitted."""
