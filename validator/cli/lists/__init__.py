"""The lists that INPUT may name.

- `inputs`: files, patterns, URLs, and standard input.
- `copies`: temporary files with lists that are not files.
"""
