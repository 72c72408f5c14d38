// The account page of the portal: devices, and the ways out.
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { accept, addPatient, invite, openConsole, openPortal } from "../../harness/people.js";

// SS-05: one of several devices is signed out; the others live.
test("a device is signed out from another one", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  const second = await device();
  const third = await device();
  await openPortal(second, patient.email);
  await openPortal(third, patient.email);

  await page.goto("/portal/account");
  await axe(page);
  await noSidewaysScroll(page);
  const others = page.getByRole("button", { name: /^Sign out .+ on .+/ });
  await expect(others).toHaveCount(2);
  await others.first().click();
  await expect(others).toHaveCount(1);
  await expect(page.getByText("The device is signed out.")).toBeVisible();
  await axe(page);
  await page.waitForTimeout(500);
  await Promise.all([second.reload(), third.reload()]);
  const out = [second, third].filter((one) => one.url().includes("/sign-in"));
  expect(out).toHaveLength(1);

  await page.getByRole("button", { name: "Sign out on all devices" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await Promise.all([second.reload(), third.reload()]);
  for (const one of [second, third]) expect(one.url()).toContain("/sign-in");
});

// B-08 (WCAG 2.2.1), SS-01: before the idle end there is a way to stay; after it nothing of the record is readable.
test("the page says that the session is about to end, and shows nothing once it did", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
  portico.idle(patient.email, 29);
  const stay = page.getByRole("button", { name: "Stay signed in" });
  await expect(stay).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  await stay.click();
  await expect(stay).toBeHidden();
  await expect.poll(() => Math.max(...portico.lastActs(patient.email))).toBeGreaterThan(Date.now() - 60_000);

  portico.idle(patient.email, 31);
  await expect(page.getByText("You were signed out.")).toBeVisible();
  await expect(page.getByText(patient.first).filter({ visible: true })).toHaveCount(0);
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: "Sign in again" }).click();
  await expect(page).toHaveURL(/\/sign-in\?next=\/portal\/pat_/);
  await page.goBack();
  await expect(page.getByText(patient.first).filter({ visible: true })).toHaveCount(0);
});

// The stream is refused because the session is over already: the page notices too.
test("a page that comes back to a session that is over shows nothing", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
  await page.context().setOffline(true);
  portico.idle(patient.email, 31);
  await page.waitForTimeout(6_000);
  await page.context().setOffline(false);
  await expect(page.getByText("You were signed out.")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(patient.first).filter({ visible: true })).toHaveCount(0);
});
