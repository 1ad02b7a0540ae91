"""Whole stories, told the way the people with the phones live them."""
