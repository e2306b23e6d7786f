"""Who may do what to a database, and from where it can be reached: answers computed from data. It calls nothing."""
