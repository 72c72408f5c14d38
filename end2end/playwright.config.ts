// How the browser tests run: against the real server and Debian's Chromium, on this machine only.
import { defineConfig } from "@playwright/test";

import { browser } from "./harness/browser.js";

export default defineConfig({
  testDir: "tests",
  fullyParallel: false,
  workers: 2,
  // A busy machine of others may be slow once; what fails twice has failed, and what passed at the second try is named at the end.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    ...browser,
    locale: "en-AU",
    timezoneId: "Australia/Sydney",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "portal", testMatch: "portal/*.spec.ts", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    { name: "console", testMatch: "console/*.spec.ts", use: { viewport: { width: 1440, height: 900 } } },
  ],
});
