"""What commands cost, side by side with a yardstick. No tests."""
