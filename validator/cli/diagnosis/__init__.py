"""What `validator doctor` looks at."""
