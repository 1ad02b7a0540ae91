"""Engine, delivery, outbox, intake and answers, each pushed where it may break."""
