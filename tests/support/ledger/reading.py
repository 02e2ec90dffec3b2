"""What a ledger shows, as rows that can be compared."""


def rows_of(ledger, numbers=None, **options):
    return [row for rows in ledger.known(numbers, **options) for row in rows]


def columns_as_rows(chunks, ledger):
    """Rows as `known` has them, but for session and attempts, which the columns leave out; see `shared`."""
    rows = []
    for chunk in chunks:
        findings, ids = ledger.findings(), dict(chunk.other_ids)
        for number, finding, at_ms in zip(*(map(int, text.split("\n")) for text in chunk[:3]), strict=True):
            said = findings[finding]
            other_id = None if said.verdict == "unknown" else ids.get(number)
            whatsapp_id = f"{number}@s.whatsapp.net" if said.own_id else other_id
            rows.append((number, said.verdict, said.reason, whatsapp_id, said.source, at_ms))
    return rows


def shared(rows):
    """What rows have in common with columns."""
    return [(*row[:5], row.checked_at_ms) for row in rows]
