"""Help texts and manual pages.

- `help_pages`: the help text of a command.
- `option_groups`: the groups in which `--help-all` shows options.
- `exit_codes`: the meaning of each exit code.
- `man_pages`: the help texts as manual pages.
"""
