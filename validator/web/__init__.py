"""The local web page: the same runs as on the command line, for one person with a browser.

- `server`: creates all parts, and serves the page on a socket.
- `app`: all addresses, behind `guard` and `sign_in`.
- `guard`: refuses requests that do not come from the page.
- `sign_in`: the sign-in page and cookie; `authenticator` checks links, passwords and cookies.
- `front_page`, `list_page`: the handlers of the pages.
- `pages`: fills the templates in `templates/`.
- `parts`: the objects that handlers share.
- `lists`: lists and their results, on disk.
- `opt_outs`: suppression lists, on disk.
- `upload`: receives files and form fields.
- `reading`: form fields as settings of a run.
- `list_preview`: how a list is read, and its plan.
- `sessions`: the sessions of the key.
- `key`: the key.
- `runs`: starts, pauses and stops runs, by `validator.api`.
- `watching`: streams the progress of a run.
- `outcome`: the stored result of a run.

`static/` has htmx and its extension for server-sent events, with their licenses in `static/LICENSE.txt`.
"""
