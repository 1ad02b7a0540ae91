"""The HTTP door: API, provider hooks, feeds and console."""
