"""What is done again and again beside paging: each by one node, at its moment (`oncall.agenda`)."""
