"""Files below the formats.

- `replace`, `replaceable`: replace a file as a whole or not at all.
- `stamp`: the state of a file, to notice a change.
- `streams`: pipes, devices and standard streams.
- `temporary`: temporary files and folders, removed also after a crash.
- `compression`: gzip, zstd and the like.
- `objects`: lists at URLs.
- `os_errors`: errors of the operating system as `FileError`.
"""
