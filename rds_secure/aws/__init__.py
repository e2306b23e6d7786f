"""The only place that talks to AWS: sessions, reads, calls, and the translation of errors."""
