"""What several kinds of databases and their groups share. Each kind itself is in `resources`."""
