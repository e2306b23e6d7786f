"""What the IAM kinds share, since a kind never imports another one. No kind, and nothing that other kinds need."""
