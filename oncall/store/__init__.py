"""Rows in, values out; one transaction scope; claims by conditional update."""
