#!/bin/sh
# minet fetch, as `minet fetch --help` has it: a URL template, a pause between two calls to one domain, answers
# in the report, and --resume, which is what it goes on with. A loopback address has no domain, and would not be
# paced: it asks for a name, and the server is its proxy.
exec .venv/bin/minet fetch phone --input "$1" --output "$2" --resume --contents-in-report --keep-failed-contents --silent \
    --url-template "http://api.example.com/v1/whatsapp/contacts/{value}/check?session_id=$SESSION" \
    --proxy "${BASE_URL%/v1}" --header "Authorization: Bearer $KEY" \
    --throttle "$(awk "BEGIN {print 60 / $PER_MIN}")" --retries 3
