"""What a file says of itself: C2PA manifest, XMP, fingerprint. Only this package imports c2pa."""
