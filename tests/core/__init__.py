"""The pure rules, tested without a clock, a database or a phone."""
