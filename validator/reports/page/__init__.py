"""The summary of a run as one HTML page.

- `render`: fills the template; `page.html.j2`, `macros.html.j2` and `page.css` are its parts.
- `answer`: how many recipients can be sent to, in one sentence.
- `breakdown`: verdicts, reasons, countries, line types and changes as rows of tables with bars.
- `sending`: how many messages to the whole list would fail, compared to the sendable file.
- `savings`: which rows cost a request, and which did not.
- `over_time`: the timeline as charts and as a table.

The charts are simple SVG rectangles of our own. The page's style sheet colours them, so that they follow
light mode, dark mode and print. A plotting library would put fixed colours into its drawings.
"""
