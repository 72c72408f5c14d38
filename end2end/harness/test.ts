// The vocabulary of the browser tests: a server of one's own, people on devices, and what every page must keep.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Browser, type BrowserContext, type BrowserContextOptions, type ConsoleMessage, type Page } from "@playwright/test";

import { Server } from "./server.js";

export { expect };
export type { Page };

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const DESK = { viewport: { width: 1440, height: 900 }, hasTouch: false, isMobile: false };

interface Fixtures {
  /** Another person on a device of their own; the page is empty at first. */
  device: (options?: BrowserContextOptions) => Promise<Page>;
}

interface WorkerFixtures {
  /** The real server with the demo practice, shared by the tests of one worker. */
  portico: Server;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  portico: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],

  baseURL: async ({ portico }, use) => use(portico.origin),

  context: async ({ browser, contextOptions, viewport, hasTouch, isMobile, javaScriptEnabled, locale, timezoneId, baseURL }, use) => {
    const own = { viewport, hasTouch, isMobile, javaScriptEnabled, locale, timezoneId };
    const watched = await open(browser, { ...contextOptions, ...own, baseURL });
    await use(watched.context);
    await watched.close();
  },

  device: async ({ browser, baseURL, locale, timezoneId }, use) => {
    const opened: Watched[] = [];
    await use(async (options) => {
      // What a describe switches off for its first device is on here, unless asked for.
      const watched = await open(browser, { baseURL, locale, timezoneId, javaScriptEnabled: true, ...options });
      opened.push(watched);
      return watched.context.newPage();
    });
    for (const watched of opened) await watched.close();
  },
});

interface Watched {
  context: BrowserContext;
  close: () => Promise<void>;
}

/** A device whose every request and complaint is watched until it is put away. */
async function open(browser: Browser, options: BrowserContextOptions): Promise<Watched> {
  const address = () => Math.floor(Math.random() * 254) + 1;
  const context = await browser.newContext({
    ...options,
    extraHTTPHeaders: { "X-Real-IP": `10.${address()}.${address()}.${address()}` },
  });
  const complaints: string[] = [];
  // SS-17: no page asks anybody but our own server for anything.
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:|^wss?:/.test(url.protocol) && url.origin !== options.baseURL) complaints.push(`asked ${url.origin} for ${url.pathname}`);
  });
  context.on("console", (message) => {
    if (message.type() === "error" && !isRefusal(message)) complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => complaints.push(`fault: ${error.error().message}`));
  context.on("page", (page) => page.on("crash", () => complaints.push("the page crashed")));
  return {
    context,
    close: async () => {
      await context.close();
      expect(complaints, "requests to others, faults and CSP reports").toEqual([]);
    },
  };
}

/** What a test that breaks something on purpose expects to be written down. */
export const forgiven: RegExp[] = [];

/** Chromium writes down every answer of 400 and above; a refusal that the page shows is no fault of the page. */
function isRefusal(message: ConsoleMessage): boolean {
  // Only a test takes the network away.
  if (message.text().includes("net::ERR_INTERNET_DISCONNECTED")) return true;
  if (forgiven.some((text) => text.test(message.text()))) return true;
  const status = /^Failed to load resource: the server responded with a status of (\d+)/.exec(message.text())?.[1];
  return status !== undefined && ["401", "403", "404", "409", "422", "429"].includes(status) && !message.location().url.includes("/pkg/");
}

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Takes the bar at the foot of a phone's screen out of the way, and puts it back: what lies under it is scrolled from there. */
const footBar = (page: Page, position: string): Promise<void> =>
  page.evaluate((position) => document.querySelector<HTMLElement>(".ways")?.style.setProperty("position", position), position);

/** B-08: the page breaks no rule of WCAG 2.2 AA that a machine can check, neither light nor dark. */
export async function axe(page: Page): Promise<void> {
  await footBar(page, "static");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // What differs in the dark is colours: the rest was looked at in the light.
    const axe = new AxeBuilder({ page });
    const { violations } = await (colorScheme === "light" ? axe.withTags(WCAG) : axe.withRules(["color-contrast"])).analyze();
    const told = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`));
    expect.soft(told, `axe on ${page.url()}, ${colorScheme}`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await footBar(page, "");
}

/** Waits until a page of the console shows what it asked for. (The open event stream keeps the network from ever being idle.) */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

/** Nothing is wider than the screen, not even on the smallest phone. */
export async function noSidewaysScroll(page: Page, width = 320): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width, height: 720 });
  const wide = await page.evaluate(() => document.scrollingElement!.scrollWidth - document.scrollingElement!.clientWidth);
  expect.soft(wide, `${page.url()} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0);
  if (before !== null) await page.setViewportSize(before);
}

/** Names and texts that try to become markup or script (PT-17). */
export const PAYLOADS = [
  `<script>window.pwned=1</script>`,
  `"><img src=x onerror="window.pwned=1">`,
  `</textarea><svg onload=window.pwned=1>`,
  `</title></style><script>window.pwned=1</script>`,
  `{{constructor.constructor('window.pwned=1')()}}`,
  `javascript:window.pwned=1`,
];

/** None of the payloads ran. */
export async function nothingRan(page: Page): Promise<void> {
  expect(await page.evaluate(() => "pwned" in window)).toBe(false);
}
