// A record is opened in an emergency: for a time, to read it, with a reason; those who look at it hear, and the patient sees it.
import type { Page } from "@playwright/test";

import { axe, DESK, expect, noSidewaysScroll, PHONE, test } from "../../harness/test.js";
import { accept, addPatient, door, invite, openConsole, openProfile, type Patient, SAOIRSE } from "../../harness/people.js";

const WHY = "Fell on the stairs to the practice and does not answer.";

/** A note that a colleague finished. */
async function writeNote(desk: Page, patient: Patient, title: string): Promise<void> {
  const form = { title, category: "assessment", body: "Allergic to latex." };
  const { body: id } = await door(desk, "notes/begin", { patient: patient.id, form });
  expect((await door(desk, "notes/publish", { patient: patient.id, id, version: 0, form })).status).toBe(200);
}

async function setHours(desk: Page, hours: string): Promise<void> {
  const { body } = await door(desk, "settings/practice", {});
  const { name, phone, idle_minutes, version } = body as { name: string; phone: string; idle_minutes: number; version: number };
  const form = { name, phone, idle_minutes: String(idle_minutes), emergency_hours: hours };
  expect((await door(desk, "settings/save_practice", { version, form })).status).toBe(200);
}

// PR-04
test("somebody falls ill, and a practitioner who does not know them opens the record", async ({ page, device, portico }) => {
  test.setTimeout(180_000);
  const mira = await device(DESK);
  await openConsole(mira);
  const patient = await addPatient(mira);
  await writeNote(mira, patient, "What to know");
  const phone = await device(PHONE);
  await accept(phone, await invite(mira, portico, patient));

  await openConsole(page, SAOIRSE);
  await page.goto(`/console/patients/${patient.id}`);
  await expect(page.getByRole("heading", { level: 1 })).not.toContainText(patient.last);
  await page.getByRole("link", { name: "Emergency access" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Emergency access" })).toBeVisible();
  await expect(page.getByText("It stays open for 4 hours.")).toBeVisible();
  await axe(page);
  const form = page.getByRole("main").locator("form");
  await form.getByRole("button", { name: "Open record" }).click();
  for (const label of ["First name", "Last name", "Birth date", "What has happened?"]) {
    await expect(form.getByLabel(label)).toHaveAttribute("aria-invalid", "true");
  }
  await axe(page);
  await form.getByLabel("First name").fill(patient.first);
  await form.getByLabel("Last name").fill("Nobody");
  await form.getByLabel("Birth date").fill("1984-02-29");
  await form.getByLabel("What has happened?").fill("urgent");
  await form.getByRole("button", { name: "Open record" }).click();
  await expect(form.getByText("This is too short to tell anything.")).toBeVisible();
  await form.getByLabel("What has happened?").fill(WHY);
  await form.getByRole("button", { name: "Open record" }).click();
  await expect(form.getByText("No record was opened: nobody of this name")).toBeVisible();
  await axe(page);
  // What was typed is kept.
  await expect(form.getByLabel("What has happened?")).toHaveValue(WHY);
  await form.getByLabel("Last name").fill(patient.last.toUpperCase());
  await form.getByRole("button", { name: "Open record" }).click();

  await expect(page.getByRole("heading", { level: 1 })).toContainText(patient.last);
  const notice = page.getByText("Open to you because of an emergency");
  await expect(notice).toBeVisible();
  await expect(page.getByRole("button", { name: "Edit" })).toHaveCount(0);
  await axe(page);
  await page.getByRole("link", { name: "Notes", exact: true }).click();
  await page.getByRole("link", { name: "What to know" }).click();
  await expect(page.getByText("Allergic to latex.")).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  // Not in the list, and on the page of emergencies.
  await page.goto("/console/emergency");
  await expect(page.getByRole("link", { name: patient.last })).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: patient.last }).click();
  await expect(notice).toBeVisible();
  // The note stays open while others look at what was done.
  await page.getByRole("link", { name: "Notes", exact: true }).click();
  await page.getByRole("link", { name: "What to know" }).click();
  await expect(page.getByText("Allergic to latex.")).toBeVisible();

  // Whoever looks at it was told.
  await mira.goto("/console/notifications");
  await mira.getByRole("link", { name: /Saoirse Kelly opened a record in an emergency/ }).first().click();
  await expect(mira.getByRole("heading", { level: 1, name: "Emergency access" })).toBeVisible();
  const row = mira.getByRole("row").filter({ hasText: patient.last });
  await expect(row).toContainText(WHY);
  await expect(row).toContainText("Saoirse Kelly");
  await axe(mira);
  await row.getByRole("button", { name: /^I have looked at what/ }).click();
  await expect(row).toContainText("Dr Mira Anand looked at it");
  await row.getByRole("button", { name: "Close this record" }).click();
  await axe(mira);
  await mira.getByRole("dialog").getByRole("button", { name: "Close this record" }).click();
  await expect(row.getByText("Closed")).toBeVisible();
  await expect(row.getByRole("button")).toHaveCount(0);
  // It goes from the page where it is open, without a hand.
  await expect(page.getByRole("heading", { level: 1 })).not.toContainText(patient.last);
  await expect(page.locator("body")).not.toContainText("Allergic to latex.");

  // The patient sees it.
  await phone.goto(`/portal/${patient.id}/access-log`);
  const visits = phone.getByRole("main").getByRole("listitem");
  const opened = visits.filter({ hasText: "Opened this record in an emergency" });
  await expect(opened).toContainText("Saoirse Kelly");
  await expect(visits.filter({ hasText: "Read notes" }).filter({ hasText: "In an emergency" }).first()).toContainText("Saoirse Kelly");
  await expect(phone.getByRole("main")).not.toContainText(WHY);
  await axe(phone);
  await noSidewaysScroll(phone);
});

// PR-04: whose own patient it is, and who reads a colleague's notes of it for a time.
test("the rest of a record is opened from the profile, and closed again", async ({ page, device }) => {
  const mira = await device(DESK);
  await openConsole(mira);
  const patient = await addPatient(mira);
  await writeNote(mira, patient, "A colleague's note");
  const { body } = await door(mira, "relationships/practitioners", { patient: patient.id, text: "Kelly" });
  const [{ user }] = body as [{ user: string }];
  const grant = { patient: patient.id, user, seen: null, wanted: "granted" };
  expect((await door(mira, "relationships/set", grant)).status).toBe(200);

  await openConsole(page, SAOIRSE);
  await openProfile(page, patient);
  await page.getByRole("link", { name: "Notes", exact: true }).click();
  await expect(page.getByRole("link", { name: "A colleague's note" })).toHaveCount(0);
  await page.getByRole("button", { name: "Emergency access" }).click();
  const dialog = page.getByRole("dialog", { name: "Open this record in an emergency" });
  await expect(dialog.getByText("It stays open for 4 hours.")).toBeVisible();
  await axe(page);
  await dialog.getByRole("button", { name: "Open record" }).click();
  await expect(dialog.getByLabel("What has happened?")).toHaveAttribute("aria-invalid", "true");
  await axe(page);
  await dialog.getByLabel("What has happened?").fill(WHY);
  await dialog.getByRole("button", { name: "Open record" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Open to you because of an emergency")).toBeVisible();
  await expect(page.getByRole("link", { name: "A colleague's note" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Emergency access" })).toHaveCount(0);
  await axe(page);
  await page.getByRole("button", { name: "Close it now" }).click();
  await expect(page.getByText("Open to you because of an emergency")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "A colleague's note" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Emergency access" })).toBeVisible();
});

test("whoever reads every record needs none, and a practice may do without", async ({ page, device }) => {
  await openConsole(page);
  await page.goto("/console/emergency");
  await expect(page.getByText("You do not need this")).toBeVisible();
  await axe(page);
  await page.goto("/console/settings/general");
  await page.getByRole("button", { name: "Edit practice" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Emergency access").selectOption({ label: "Off" });
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const saoirse = await device(DESK);
  try {
    await openConsole(saoirse, SAOIRSE);
    await saoirse.goto("/console/emergency");
    await expect(saoirse.getByText("This practice opens no records in emergencies")).toBeVisible();
    await axe(saoirse);
  } finally {
    await setHours(page, "4");
  }
  await saoirse.reload();
  await expect(saoirse.getByRole("button", { name: "Open record" })).toBeVisible();
});
