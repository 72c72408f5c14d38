// `make screens`: photographs every page at several widths, light and dark, into shots/, to be looked at by people.
import { defineConfig } from "@playwright/test";

import { browser } from "./harness/browser.js";

export default defineConfig({
  testDir: "screens",
  workers: 2,
  timeout: 300_000,
  reporter: [["list"]],
  use: { ...browser, locale: "en-AU", timezoneId: "Australia/Sydney" },
});
