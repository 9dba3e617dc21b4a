"""The subject's page: one private link, no account, plain HTML; JavaScript only to record and to sign."""
