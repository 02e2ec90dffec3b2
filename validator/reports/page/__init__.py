"""The summary of a run as one HTML page.

- `render`: fills the template; `page.html.j2`, `macros.html.j2` and `page.css` are its parts.
- `answer`: who can be sent to, in one sentence.
- `breakdown`: verdicts, reasons, countries, kinds of line and changes as rows of tables with bars.
- `sending`: what a send to the whole list would meet, against the sendable file.
- `savings`: which rows cost a request, and which did not.
- `over_time`: the timeline as charts and as a table.

The charts are SVG of our own: some rectangles, coloured by the page's style sheet, so that they follow light,
dark and print. A plotting library puts its colours into what it draws.
"""
