// Home and the places behind it.
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { LIEN, accept, addPatient, door, invite, openConsole, openPortal } from "../../harness/people.js";

// S1-01: the four places are reachable; each says plainly what will be there.
test("Home leads to the four places", async ({ page }) => {
  test.setTimeout(180_000);
  await openPortal(page);
  await axe(page);
  await noSidewaysScroll(page);
  const home = page.url();
  for (const place of ["Track your health", "Appointments", "Shared records", "Invoices"]) {
    await page.goto(home);
    await page.getByRole("main").getByRole("link", { name: place, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: place })).toBeVisible();
    await axe(page);
    await noSidewaysScroll(page);
    // One of the ways in the bar is marked, also on what is reached from Home only; and there is a way back.
    const bar = page.getByRole("navigation", { name: "Your portal" });
    await expect(bar.locator("[aria-current]")).toHaveCount(1);
    if (place === "Track your health" || place === "Invoices") {
      await expect(bar.locator("[aria-current]")).toHaveText("Home");
      await page.getByRole("link", { name: "Back to Home" }).click();
      await expect(page.getByRole("heading", { level: 1, name: `Hello ${LIEN.name}` })).toBeVisible();
    }
  }
});

test("messages say plainly what will be there", async ({ page }) => {
  await openPortal(page);
  await page.goto(`${page.url()}/messages`);
  await expect(page.getByRole("heading", { level: 1, name: "Messages" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
});

// Signed in, but the only record was closed: no dead end.
test("somebody without a record is told what to do", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  const { body } = await door(desk, "patients/profile", { id: patient.id });
  const { version } = body as { version: number };
  const form = { legal_first: patient.first, legal_last: patient.last, email: patient.email, gender: "unknown", status: "blocked" };
  expect((await door(desk, "patients/save", { id: patient.id, version, form })).status).toBe(200);
  await page.goto("/portal");
  await expect(page.getByRole("heading", { level: 1, name: "No records yet" })).toBeVisible();
  await expect(page.locator("body")).not.toContainText(patient.last);
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Account" })).toBeVisible();
});

test("the bar at the bottom leads everywhere, with targets a thumb can hit", async ({ page }) => {
  await openPortal(page);
  const bar = page.getByRole("navigation", { name: "Your portal" });
  for (const way of await bar.getByRole("link").all()) {
    const box = await way.boundingBox();
    expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(44);
  }
  for (const [way, heading] of [["Appointments", "Appointments"], ["Records", "Shared records"], ["Messages", "Messages"], ["Account", "Account"], ["Home", `Hello ${LIEN.name}`]]) {
    await bar.getByRole("link", { name: way!, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: heading! })).toBeVisible();
    await expect(bar.getByRole("link", { name: way!, exact: true })).toHaveAttribute("aria-current", "page");
  }
});

test("text at twice its size still fits", async ({ page }) => {
  await openPortal(page);
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  await noSidewaysScroll(page, 390);
});

// PT: another's record is as little there as one that does not exist.
test("a record that is not theirs is not there", async ({ page }) => {
  await openPortal(page);
  await page.goto("/portal/pat_01980000-0000-7000-8000-000000000000");
  await expect(page.getByRole("heading", { level: 1 })).not.toContainText("Hello");
  await axe(page);
});

test("a page that is not there says so", async ({ page }) => {
  const answer = await page.goto("/there/is/no/such/page");
  expect(answer!.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  // Whoever is signed in is led to their own side only.
  await expect(page.getByRole("link", { name: "To the console" })).toBeVisible();
  await openPortal(page);
  await page.goto("/there/is/no/such/page");
  await expect(page.getByRole("link", { name: "To the portal" })).toBeVisible();
  await expect(page.getByRole("link", { name: "To the console" })).toHaveCount(0);
});
