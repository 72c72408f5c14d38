// A small HTTP client for measuring: kept connections, a fixed number of callers, times in milliseconds.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { performance } = require("node:perf_hooks");

/** One request; the answer with its body as text. */
function ask(agent, origin, { path, method = "GET", headers = {}, body }) {
  return new Promise((done, fail) => {
    const url = new URL(path, origin);
    const all = { origin: url.origin, accept: "application/json", ...headers };
    if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
    const request = http.request(url, { agent, method, headers: all }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }));
      answer.on("error", fail);
    });
    request.setNoDelay(true);
    request.setTimeout(60_000, () => request.destroy(new Error("no answer within a minute")));
    request.on("error", fail);
    request.end(body);
  });
}

/** `count` requests by `callers` at once; `next(i)` makes the i-th. Every answer must have the status `want`. */
async function load(origin, { count, callers, next, want = 200 }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: callers });
  const times = [];
  let started = 0;
  const from = performance.now();
  const caller = async () => {
    while (started < count) {
      const request = next(started++);
      const at = performance.now();
      const answer = await ask(agent, origin, request);
      times.push(performance.now() - at);
      if (answer.status !== want) throw new Error(`${request.path} answered ${answer.status}: ${answer.text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - from) / 1000;
  agent.destroy();
  return { ...spread(times), rate: count / seconds, count };
}

function spread(times) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return { min: times[0], p50: at(0.5), p99: at(0.99) };
}

/** The processor time a process has used so far, in milliseconds. */
function cpu(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** What a process holds of the memory, shared parts shared, in MB. */
function pss(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))[1]) / 1000;
}

module.exports = { ask, cpu, load, pss, spread };
