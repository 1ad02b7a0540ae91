"""Each number the design promises, measured; `python -m benchmarks` prints them with ratios."""
