#!/bin/sh
# qsv fetch, as `qsv fetch --help` has it: a URL template, so many queries a second, and its disk cache, which
# is what it goes on with. Errors are stored, or the first ten of them would end the run.
exec .qsv/bin/qsv fetch --url-template "$BASE_URL/whatsapp/contacts/{phone}/check?session_id=$SESSION" \
    --http-header "Authorization:Bearer $KEY" --rate-limit "$((PER_MIN / 60))" \
    --disk-cache --disk-cache-dir "$2.cache" --store-error --max-errors 0 --new-column answer --output "$2" "$1"
