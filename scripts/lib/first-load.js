// The first load of a page in Chromium on a slow phone: 150 ms and 1.6 Mbit/s, a processor four times slower.
"use strict";

const { createRequire } = require("node:module");
const path = require("node:path");

const { chromium } = createRequire(path.join(__dirname, "../../end2end/package.json"))("playwright-core");

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/**
 * The median of `rounds` first loads. `awake` runs in the page again and again until it gives true: then the page reacts
 * to what a person does; `prepare(page)` may sign in first. Times in ms, weight in bytes as sent.
 */
async function firstLoad(url, { rounds = 5, device, prepare = async () => {}, awake }) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
  const all = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      // A new context each time: nothing is cached.
      const context = await browser.newContext(device);
      const page = await context.newPage();
      await prepare(page);
      const session = await context.newCDPSession(page);
      await session.send("Network.enable");
      const slow = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
      await session.send("Network.emulateNetworkConditions", slow);
      await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
      let bytes = 0;
      session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
      await page.addInitScript(`{
        const look = () => { if ((${awake})()) window.__awake = performance.now(); else setTimeout(look, 16); };
        setTimeout(look, 0);
      }`);
      await page.goto(url, { waitUntil: "commit", timeout: 60_000 });
      await page.waitForFunction(() => window.__awake, null, { timeout: 60_000 });
      await page.waitForLoadState("load");
      // What stands in the page may be found before it is painted.
      await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
      const times = await page.evaluate(() => ({
        painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
        awake: window.__awake,
      }));
      all.push({ ...times, bytes });
      await context.close();
    }
  } finally {
    await browser.close();
  }
  const median = (name) => all.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(all.length / 2)];
  return { painted: median("painted"), awake: median("awake"), bytes: median("bytes") };
}

module.exports = { firstLoad };
