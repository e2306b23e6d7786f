"""Tests of the rules of security."""
