// A straight script with undici and p-limit: ten at a time, undici's own retries, written at the end.
//
//     node undici_p_limit.mjs LIST.csv OUT.csv
import { readFileSync, writeFileSync } from "node:fs";
import pLimit from "p-limit";
import { Agent, interceptors, request } from "undici";

const { BASE_URL, KEY, SESSION } = process.env;
const [listed, out] = process.argv.slice(2);
// It waits for what Retry-After says, and retries 429 and 5xx five times.
const dispatcher = new Agent().compose(interceptors.retry());
const limit = pLimit(10);

async function check(phone) {
  const url = `${BASE_URL}/whatsapp/contacts/${encodeURIComponent(phone)}/check?session_id=${SESSION}`;
  try {
    const { statusCode, body } = await request(url, { dispatcher, headers: { authorization: `Bearer ${KEY}` } });
    const text = await body.text();
    return statusCode === 200 ? text : `error ${statusCode}`;
  } catch (failure) {
    return `error ${failure.code}`;
  }
}

const [header, ...rows] = readFileSync(listed, "utf8").trim().split(/\r?\n/);
const phones = rows.map((row) => row.split(",")[2]);
const answers = await Promise.all(phones.map((phone) => limit(() => check(phone))));
const lines = rows.map((row, place) => `${row},"${answers[place].replaceAll('"', '""')}"`);
writeFileSync(out, [`${header},answer`, ...lines, ""].join("\n"));
