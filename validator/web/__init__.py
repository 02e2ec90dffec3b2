"""The local page: the same runs as on the command line, for one person with a browser.

    server       on a socket: puts everything together
    app          all addresses, and what stands before them:
      guard      lets through what comes from the page itself
      entrance   signs in, by what `door` takes
      front_page, list_page   answer; `pages` fills `templates/` for them
    lists        lists and their results, on disk
    opt_outs     suppression lists, on disk
    upload       brings files there
    reading      from what is entered to the settings of a run
    look         how a list is read, and the plan
    sessions     those of the key
    key          the key
    runs         what is going on, by `validator.api`; `watching` streams it, `outcome` is what is kept of it

`static/` has htmx and its extension for server-sent events, with their licenses in `static/LICENSE.txt`.
"""
