"""One transfer's story on a fast clock: the real engine, real HTTP, emulated phones, a verdict."""
