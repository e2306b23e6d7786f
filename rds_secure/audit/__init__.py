"""What an account has to answer for: what was done in it (`trail`). It reads what it is handed, and changes nothing."""
