"""A signed webhook: a gateway of the county's own carries the messages and answers back, signed."""
