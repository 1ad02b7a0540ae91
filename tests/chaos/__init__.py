"""Everything goes wrong at once: real processes, a provider that misbehaves, and a count after."""
