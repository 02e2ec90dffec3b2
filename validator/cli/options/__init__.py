"""The options that commands share, and their values.

- `shared_options`, `stop_options`, `file_options`, `gateway_options`, `end_options`, `cluster_option`: the
  options.
- `values`: the types of their values.
- `completing`: the completion of their values in a shell; `bash_words`: for bash.
- `list_options`, `ask_options`, `opt_outs`: the parsed options, as settings of a run.
- `shown_settings`: the settings as text, without secrets.
"""
