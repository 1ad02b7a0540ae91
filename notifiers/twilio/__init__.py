"""Twilio: SMS and calls through its official SDK, its callbacks, and an emulator of it."""
