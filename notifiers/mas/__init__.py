"""China Mobile's 云MAS: free texts from a government account, receipts and replies pushed."""
