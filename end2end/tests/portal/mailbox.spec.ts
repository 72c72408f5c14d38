// The demo's mailbox: mail that would have been sent.
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { PRACTICE, addPatient, invite, openConsole } from "../../harness/people.js";

test("a mail is found in the mailbox and its link works", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const link = await invite(desk, portico, patient);
  await page.goto("/demo/mailbox");
  await expect(page.getByRole("heading", { level: 1, name: "Mailbox" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  const entry = page.getByRole("listitem").filter({ hasText: patient.email }).getByRole("link");
  // The mail's own page runs no script, not even a test's: it is read without a browser.
  const mail = await page.request.get((await entry.getAttribute("href"))!);
  expect(mail.headers()["content-security-policy"]).toContain("sandbox");
  const html = await mail.text();
  expect(html).toContain(PRACTICE.replace("&", "&amp;"));
  expect(html).toContain(link);
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(PRACTICE);
});
