"""What administrators do, behind the command line and the web: plans first, then one commit."""
