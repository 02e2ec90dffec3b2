// express-rate-limit in front of an upstream, on loopback; started by rate_limiters.py.
//
//     node server.js '{"port": 8081, "upstream": 8080, "requests": 300, "windowMs": 60000,
//                      "own": {"legacyHeaders": true, "standardHeaders": "draft-8"}, "added": {"X-Other": "1"}}'
//
// Prints one line a request: when it was answered, in Unix milliseconds, and the status it got.
"use strict";

const http = require("node:http");
const express = require("express");
const { rateLimit } = require("express-rate-limit");

const given = JSON.parse(process.argv[2]);
const connections = new http.Agent({ keepAlive: true });

function log(request, response, next) {
  response.on("finish", () => process.stdout.write(`${Date.now()} ${response.statusCode}\n`));
  next();
}

function addHeaders(request, response, next) {
  response.set(given.added);
  next();
}

function pass({ method, url, headers }, response) {
  const onward = { agent: connections, host: "127.0.0.1", port: given.upstream, path: url, method, headers };
  const upstream = http.request(onward, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.sendStatus(502));
  upstream.end();
}

const limiter = rateLimit({
  windowMs: given.windowMs,
  limit: given.requests,
  keyGenerator: (request) => request.get("authorization"),
  ...given.own,
});

const app = express();
app.disable("x-powered-by");
app.use(log, addHeaders, limiter, pass);
app.listen(given.port, "127.0.0.1");
