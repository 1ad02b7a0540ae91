"""Who is on duty, and when: a pure library of bytes and values."""
