"""PDF documents for people: receipts and certificates of destruction."""
