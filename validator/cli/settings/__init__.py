"""Settings files, environment variables, keys and profiles.

- `settings_sources`: which settings files there are, and which of them are read.
- `settings_files`: their values, and what each file may set; `narrow_lists`: a warning about some of them.
- `defaults`: these values as defaults of click options; `reading`: reads all files for that.
- `environment`: environment variables for options.
- `credentials`, `key_tables`: keys from options, files, variables and `[keys.NAME]` tables.
- `kept_files`: files that no command overwrites.
- `encodings`: the text of files that users write.
"""
