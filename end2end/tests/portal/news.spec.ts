// The portal says what became of a change: on Home, and on a page that was left open.
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { accept, addPatient, invite, openConsole } from "../../harness/people.js";

// Notifications both ways, live: Home, a page that was left open, and the history.
test("the portal says what became of a change", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await page.goto(`/portal/account?record=${patient.id}`);
  await page.getByRole("link", { name: "My details" }).click();
  await page.getByLabel("Suburb or city").fill("Balmain");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  // She stays on the page she was led to: what it asks the server for itself does not count as her look.
  await expect(page.getByText("There is something new")).toBeHidden();
  await desk.goto(`/console/patients/${patient.id}/updates`);
  await desk.getByRole("button", { name: "Approve: Suburb or city" }).click();
  await expect(page.getByRole("link", { name: "There is something new: look on Home" })).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: "There is something new: look on Home" }).click();
  await expect(page.getByRole("heading", { name: "Your practice looked at your changes" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: "Go to the details" }).click();
  await expect(page.getByText(/^Accepted on/)).toBeVisible();
  await page.getByRole("link", { name: "What changed, and when" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Suburb or city" })).toContainText("asked for by you, approved by Dr Mira Anand");
  await axe(page);
  await noSidewaysScroll(page);
  await page.goto(`/portal/${patient.id}`);
  await expect(page.getByText("All caught up")).toBeVisible();
});
