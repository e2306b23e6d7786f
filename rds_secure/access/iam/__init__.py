"""What IAM allows whom, decided from policy documents alone: a pure engine. It reads nothing from AWS."""
