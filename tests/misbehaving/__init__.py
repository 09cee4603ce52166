"""Servers that do one thing wrong each, for the tests of the load engine."""
