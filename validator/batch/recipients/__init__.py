"""Read the list: rows, numbers, suppression and alternative spellings.

- `job`: the specification of a run over a list.
- `opening`: opens the list and finds its columns.
- `recipients`: reads the rows of the list as numbers.
- `column_evidence`: evidence of how the cells of a column are written.
- `evidence_of_parts`: the same for one part of a list.
- `reading_counts`: counts the rows by how their cells were read.
- `several_numbers`: cells that hold several numbers.
- `suppression`: numbers that must not be asked about; `suppressed_cells`: the cells that they are in.
- `variants`: the alternative spelling of a number.
"""
