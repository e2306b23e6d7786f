"""Tests that hold for every kind of the registry, and how often AWS is called."""
