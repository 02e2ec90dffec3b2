"""Files below the formats.

- `replace`: replaces a file as a whole or not at all.
- `temporary`: temporary files that leave nothing behind.
- `compression`: gzip, zstd and the like.
- `objects`: lists at URLs.
- `os_errors`: errors of the operating system as errors of ours.
"""
