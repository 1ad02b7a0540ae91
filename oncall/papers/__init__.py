"""What is printed: the proof of coverage, and the duty sheet that works when the server is dead."""
