// Pictures of a page, to be looked at: light and dark, on a phone and on a desk.
import type { Page } from "@playwright/test";

import { DESK, PHONE } from "./test.js";

/** Light and dark. */
export async function shoot(page: Page, name: string): Promise<void> {
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: `shots/${name}-${scheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

/** The same on a phone and on a desk. */
export async function both(page: Page, name: string): Promise<void> {
  for (const [width, { viewport }] of [[390, PHONE], [1440, DESK]] as const) {
    await page.setViewportSize(viewport);
    await shoot(page, `${name}-${width}`);
  }
}
