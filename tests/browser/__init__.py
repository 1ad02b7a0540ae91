"""The console as people meet it: in a real browser, over real HTTP, with emulated phones."""
