"""How long tests wait for what must come. It measures nothing: a test that needs all of it has failed."""

PATIENCE_SECONDS = 150  # half of what a test may take, so that it can still say what did not come
