"""Tests of the web door, over real HTTP."""
