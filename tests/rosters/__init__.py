"""Files as units send them, and the one answer to who is on duty."""
