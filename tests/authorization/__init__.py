"""Tests of the reference of what AWS has."""
