"""Legal's pages: the queue, a request beside its evidence, the forms of a new request and of a new version."""
