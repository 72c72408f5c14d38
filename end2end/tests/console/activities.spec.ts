// A home activity's life: assigned, looked at as the patient would see it, read, ticked off, changed, ended, taken back.
import { PHONE, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, accept, addPatient, door, invite, openConsole } from "../../harness/people.js";
import type { Patient } from "../../harness/people.js";
import type { Page } from "../../harness/test.js";

const HOW = "Rise slowly onto the balls of both feet.\n\nStop when it hurts.";
const EVERY = "mon tue wed thu fri sat sun";

const tab = (patient: Patient): string => `/console/patients/${patient.id}/activities`;

async function assign(desk: Page, patient: Patient, title: string, more: object = {}): Promise<string> {
  const form = { title, dose: "3 times 12", instructions: HOW, days: EVERY, from: "2026-01-01", ...more };
  const { status, body } = await door(desk, "activities/assign", { patient: patient.id, form });
  expect(status).toBe(200);
  return body as string;
}

// S3-11, S3-12, B-04
test("an activity is assigned, read, ticked off, changed, ended and taken back", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  const home = `/portal/${patient.id}`;
  await phone.goto(`${home}/activities`);
  await expect(phone.getByText("No home activities yet")).toBeVisible();
  await axe(phone);

  await page.goto(tab(patient));
  await expect(page.getByText("No home activities yet")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Assign" }).click();
  const dialog = page.getByRole("dialog", { name: "Assign a home activity" });
  await axe(page);
  // All that is wrong is said at once, beside the fields.
  await dialog.getByLabel("Monday").uncheck();
  for (const day of ["Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
    await dialog.getByLabel(day).uncheck();
  }
  await dialog.getByRole("button", { name: "Assign" }).click();
  await expect(dialog.getByLabel("Activity")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("How it is done")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByText("Please choose at least one.")).toBeVisible();
  await axe(page);
  for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) {
    await dialog.getByLabel(day).check();
  }
  await dialog.getByLabel("Activity").fill("Calf raises");
  await dialog.getByLabel("How much").fill("3 times 12");
  await dialog.getByLabel("How it is done").fill(HOW);
  await dialog.getByLabel("Last day").fill("2020-01-01");
  await dialog.getByRole("button", { name: "Assign" }).click();
  await expect(dialog.getByText("The last day comes before the first.")).toBeVisible();
  await dialog.getByLabel("Last day").fill("");
  await dialog.getByRole("button", { name: "See it as the patient" }).click();
  await expect(dialog.getByText("Stop when it hurts.")).toBeVisible();
  await expect(dialog.getByLabel("Activity")).toBeHidden();
  await axe(page);
  await dialog.getByRole("button", { name: "Go on writing" }).click();
  await expect(dialog.getByLabel("Activity")).toHaveValue("Calf raises");
  const before = (await portico.mailsTo(patient.email)).length;
  // From the preview, too.
  await dialog.getByRole("button", { name: "See it as the patient" }).click();
  await dialog.getByRole("button", { name: "Assign" }).click();
  await expect(page.getByText("No day has been ticked off yet.")).toBeVisible();
  await expect(page.getByText(`Seen in the portal by: ${patient.email} (the patient)`)).toBeVisible();
  await axe(page);
  const address = page.url();
  const mail = JSON.stringify(await portico.mailFor(patient.email, before + 1));
  expect(mail).not.toContain("Calf");
  expect(mail).not.toContain("ctivit");

  await phone.goto(home);
  await expect(phone.getByRole("heading", { name: "New home activities" })).toBeVisible();
  await expect(phone.getByText("One home activity is to be done today.")).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  await phone.getByRole("region", { name: "For today" }).getByRole("link", { name: "Go to home activities" }).click();
  const row = phone.getByRole("listitem").filter({ hasText: "Calf raises" });
  await expect(row.getByText("To do today")).toBeVisible();
  await expect(row.getByText("New", { exact: true })).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  await row.getByRole("link").click();
  await expect(phone.getByText("Stop when it hurts.")).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  await phone.getByLabel("How did it go?").fill("Easy by now");
  await phone.getByRole("button", { name: "I did it" }).click();
  const days = phone.getByRole("region", { name: "The last seven days" });
  await expect(days.getByText("Easy by now")).toBeVisible();
  await expect(days.getByText("Today: Done")).toBeVisible();
  await axe(phone);
  await phone.goto(home);
  await expect(phone.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(phone.getByText("is to be done today")).toBeHidden();
  await axe(phone);

  await page.reload();
  await expect(page.getByText("Easy by now")).toBeVisible();
  await expect(page.getByText("due on one day, and done on it.", { exact: false })).toBeVisible();
  await axe(page);

  // Taken back by who ticked it.
  await phone.goBack();
  await phone.getByRole("button", { name: "Not done after all: Today" }).click();
  await expect(days.getByText("Today: Not ticked off")).toBeVisible();

  // A change is new to the patient.
  await page.reload();
  await page.getByRole("button", { name: "Change" }).click();
  const change = page.getByRole("dialog", { name: "Change this home activity" });
  await expect(change.getByLabel("How it is done")).toHaveValue(HOW);
  await change.getByLabel("How much").fill("3 times 20");
  await change.getByRole("button", { name: "Change" }).click();
  await expect(page.getByText("3 times 20")).toBeVisible();
  await phone.goto(`${home}/activities`);
  await expect(row.getByText("New", { exact: true })).toBeVisible();
  await expect(row.getByText("3 times 20")).toBeVisible();

  await page.getByRole("button", { name: "End", exact: true }).click();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await expect(page.getByText("Ended", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Change" })).toBeHidden();
  await phone.reload();
  await expect(phone.getByRole("region", { name: "What is over" }).getByText("Calf raises")).toBeVisible();
  await axe(phone);
  await row.getByRole("link").click();
  await expect(phone.getByText("This activity is over.")).toBeVisible();
  await expect(phone.getByRole("button", { name: "I did it" })).toBeHidden();
  await axe(phone);

  // A page that was left open goes when it is taken back.
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await expect(page.getByText("Taken back").first()).toBeVisible();
  await expect(phone.getByText("Stop when it hurts.")).toBeHidden();
  await phone.goto(`${home}/activities`);
  await expect(phone.getByText("No home activities yet")).toBeVisible();
  await page.goto(tab(patient));
  await expect(page.getByRole("row").filter({ hasText: "Calf raises" }).getByText("Taken back")).toBeVisible();
  await axe(page);
  await page.goto(`${tab(patient)}/act_00000000000000000000000000000000`);
  await expect(page.getByText("This home activity is not here")).toBeVisible();
  await axe(page);
  expect(address).toContain("/activities/act_");
});

// RC-02: the second of two devices is told, and what it typed is still there.
test("two devices change one activity", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const id = await assign(page, patient, "Walks");
  await page.goto(`${tab(patient)}/${id}`);
  await page.getByRole("button", { name: "Change" }).click();
  const dialog = page.getByRole("dialog", { name: "Change this home activity" });
  await dialog.getByLabel("How much").fill("20 minutes");
  const other = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(other);
  const form = { title: "Short walks", dose: "10 minutes", instructions: HOW, days: EVERY, from: "2026-01-01" };
  expect((await door(other, "activities/save", { patient: patient.id, id, version: 1, form })).status).toBe(200);
  await dialog.getByRole("button", { name: "Change" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(dialog.getByText("Somebody else wrote “10 minutes”.")).toBeVisible();
  await expect(dialog.getByLabel("How much")).toHaveValue("20 minutes");
  await expect(dialog.getByLabel("Activity")).toHaveValue("Short walks");
  await axe(page);
  await dialog.getByRole("button", { name: "Change" }).click();
  await expect(page.getByText("How much: 20 minutes")).toBeVisible();
});

// S3-12: on paper there is what to do and a table for a pen, and no button.
test("an activity is printed", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  const id = await assign(page, patient, "Balance on one leg", { days: "mon wed fri" });
  await phone.goto(`/portal/${patient.id}/activities/${id}`);
  const print = phone.getByRole("button", { name: "Print" });
  await expect(print).toBeVisible();
  const table = phone.locator(".activity-table");
  await expect(table).toBeHidden();
  await phone.emulateMedia({ media: "print" });
  await expect(table).toBeVisible();
  await expect(table.getByText("–")).toHaveCount(16);
  await expect(phone.getByText("Stop when it hurts.")).toBeVisible();
  for (const gone of [print, phone.getByRole("button", { name: "I did it" }), phone.getByText("The last seven days")]) {
    await expect(gone).toBeHidden();
  }
});

// Without scripts: read, ticked off and taken back.
test("it works without scripts", async ({ page, device, portico, browser }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  const id = await assign(page, patient, "Walks");
  const plain = await browser.newContext({ ...PHONE, javaScriptEnabled: false, storageState: await phone.context().storageState() });
  const still = await plain.newPage();
  await still.goto(`${new URL(phone.url()).origin}/portal/${patient.id}/activities/${id}`);
  await still.getByLabel("Day", { exact: true }).selectOption({ label: "Yesterday" });
  await still.getByRole("button", { name: "I did it" }).click();
  await expect(still.getByText("Yesterday: Done")).toBeVisible();
  await still.getByRole("button", { name: "Not done after all: Yesterday" }).click();
  await expect(still.getByText("Yesterday: Not ticked off")).toBeVisible();
  await plain.close();
});

// PR-01: who does not treat the patient does not see the tab, nor what is on it.
test("a colleague who does not treat the patient sees nothing of it", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const id = await assign(page, patient, "Walks");
  const desk = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(desk, BEN);
  await desk.goto(`/console/patients/${patient.id}`);
  await expect(desk.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(desk.getByRole("link", { name: "Forms" })).toBeVisible();
  await expect(desk.getByRole("link", { name: "Home activities" })).toBeHidden();
  for (const path of [tab(patient), `${tab(patient)}/${id}`]) {
    await desk.goto(path);
    await expect(desk.getByText("Home activities are for those who treat the patient.")).toBeVisible();
    await expect(desk.getByText("Walks")).toBeHidden();
    await axe(desk);
  }
});
