"""What INPUT may be, and copies of lists that are no files."""
