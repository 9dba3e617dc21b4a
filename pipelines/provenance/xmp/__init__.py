"""XMP in every format we release, written before the manifest, so that the manifest's hash covers it.

``write_xmp`` and ``read_xmp`` are the ways in; each container has a module of its own that knows its bytes.
"""
