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
  await page.waitForTimeout(500);
  await Promise.all([second.reload(), third.reload()]);
  const out = [second, third].filter((one) => one.url().includes("/sign-in"));
  expect(out).toHaveLength(1);

  await page.getByRole("button", { name: "Sign out on all devices" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await Promise.all([second.reload(), third.reload()]);
  for (const one of [second, third]) expect(one.url()).toContain("/sign-in");
});
