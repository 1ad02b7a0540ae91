"""A folder as a provider: for one-way gateways that carry files and nothing else."""
