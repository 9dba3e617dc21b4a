"""Takes as durable jobs: one DBOS workflow per take, its heavy steps in host processes that stay warm."""
