// A document's life: begun, written, looked at as the patient would see it, completed, read, confirmed, printed, taken back.
import { readFile } from "node:fs/promises";

import { PHONE, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, TOM, accept, addPatient, door, invite, openConsole } from "../../harness/people.js";
import type { Patient } from "../../harness/people.js";
import type { Page } from "../../harness/test.js";

const BODY = "The ankle is stronger.\n\nStairs go well, without a rail.";
const NEVER = "pat_00000000000000000000000000000000";

const tab = (patient: Patient): string => `/console/patients/${patient.id}/documents`;

async function begin(desk: Page, patient: Patient, title: string, type: string): Promise<void> {
  await desk.goto(tab(patient));
  await desk.getByRole("button", { name: "New document" }).click();
  const dialog = desk.getByRole("dialog", { name: "New document" });
  await dialog.getByLabel("Title").fill(title);
  await dialog.getByLabel("Type").selectOption({ label: type });
  await dialog.getByRole("button", { name: "New document" }).click();
  await expect(desk.getByLabel("Text")).toBeVisible();
}

async function complete(desk: Page): Promise<void> {
  await desk.getByRole("button", { name: "Complete" }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
}

async function completed(desk: Page, patient: Patient, title: string, type: string, body = BODY): Promise<void> {
  await begin(desk, patient, title, type);
  await desk.getByLabel("Text").fill(body);
  await complete(desk);
  await expect(desk.getByRole("heading", { name: "In the portal" })).toBeVisible();
}

/** Hides types of documents in the portal, or none. */
async function hide(desk: Page, ...types: string[]): Promise<void> {
  await desk.goto("/console/settings/general");
  await desk.getByRole("button", { name: "Edit Patient Access" }).click();
  const dialog = desk.getByRole("dialog");
  for (const type of ["Letter", "Report", "Plan", "Certificate", "Receipt", "Form", "Other document"]) {
    await dialog.getByLabel(type, { exact: true }).setChecked(types.includes(type));
  }
  await axe(desk);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}

// S3-07, S3-08, S3-10, B-04
test("a document is written, completed, read, confirmed and taken back", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  const home = `/portal/${patient.id}`;

  await page.goto(tab(patient));
  await expect(page.getByText("No documents yet")).toBeVisible();
  await axe(page);
  // A document has a name.
  await page.getByRole("button", { name: "New document" }).click();
  const beginning = page.getByRole("dialog", { name: "New document" });
  await axe(page);
  await beginning.getByRole("button", { name: "New document" }).click();
  await expect(beginning.getByLabel("Title")).toBeFocused();
  await expect(beginning.getByLabel("Title")).toHaveAttribute("aria-invalid", "true");
  await beginning.getByLabel("Title").fill("After six weeks");
  await beginning.getByLabel("Type").selectOption({ label: "Report" });
  await beginning.getByRole("button", { name: "New document" }).click();
  await expect(page.getByLabel("Text")).toBeVisible();
  await axe(page);

  // Nothing of a draft is in the portal, and an empty one is not completed.
  await phone.goto(`${home}/documents`);
  await expect(phone.getByText("No documents yet")).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  await complete(page);
  await expect(page.getByLabel("Text")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Text").fill(BODY);
  await page.getByLabel("Ask the reader to confirm having read it").check();
  await page.getByRole("button", { name: "See it as the patient" }).click();
  const preview = page.getByRole("dialog", { name: "See it as the patient" });
  await expect(preview.getByText("Stairs go well, without a rail.")).toBeVisible();
  await axe(page);
  await preview.getByRole("button", { name: "Close", exact: true }).last().click();
  // It was saved to be looked at: a reload loses nothing.
  await page.reload();
  await expect(page.getByLabel("Text")).toHaveValue(BODY);
  await phone.reload();
  await expect(phone.getByText("No documents yet")).toBeVisible();

  const before = (await portico.mailsTo(patient.email)).length;
  await page.getByRole("button", { name: "Complete" }).click();
  await expect(page.getByRole("dialog").getByText(`Shown to: ${patient.email} (the patient)`)).toBeVisible();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
  await expect(page.getByText("Nobody has read it yet.")).toBeVisible();
  await axe(page);
  // As the patient sees it now (B-04).
  await page.getByRole("button", { name: "See it as the patient" }).click();
  await expect(preview.getByText("Stairs go well, without a rail.")).toBeVisible();
  await axe(page);
  await preview.getByRole("button", { name: "Close", exact: true }).last().click();
  const mail = JSON.stringify(await portico.mailFor(patient.email, before + 1));
  expect(mail).not.toContain("ankle");
  expect(mail).not.toContain("After six weeks");
  expect(mail).not.toContain("Report");

  await phone.goto(home);
  await expect(phone.getByRole("heading", { name: "New documents" })).toBeVisible();
  await axe(phone);
  await phone.getByRole("region", { name: "New documents" }).getByRole("link", { name: "Go to documents" }).click();
  const row = phone.getByRole("listitem").filter({ hasText: "After six weeks" });
  await expect(row.getByText("New", { exact: true })).toBeVisible();
  await expect(row.getByText("Please confirm that you have read it.")).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  await row.getByRole("link").click();
  await expect(phone.getByText("Stairs go well, without a rail.")).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  const address = phone.url();
  // Read, and not confirmed: Home still asks.
  await phone.goto(home);
  await expect(phone.getByRole("heading", { name: "New documents" })).toBeHidden();
  await expect(phone.getByRole("heading", { name: "Have you read it?" })).toBeVisible();
  await axe(phone);
  await phone.goto(address);
  await phone.getByRole("button", { name: "I have read it" }).click();
  await expect(phone.getByText("You confirmed having read it:")).toBeVisible();
  await expect(phone.getByRole("button", { name: "I have read it" })).toBeHidden();
  await axe(phone);
  await phone.goto(home);
  await expect(phone.getByRole("heading", { name: "Have you read it?" })).toBeHidden();

  await page.reload();
  await expect(page.getByText(new RegExp(`${patient.email} \\(the patient\\): read .*, confirmed `))).toBeVisible();
  await page.goto(tab(patient));
  await expect(page.getByText("Confirmed by the patient")).toBeVisible();
  await axe(page);
  // Titles may be long.
  const form = { title: "Letter to the hospital ".repeat(4).trim(), kind: "letter", body: "", asks: "" };
  expect((await door(page, "documents/begin", { patient: patient.id, form })).status).toBe(200);
  await page.reload();
  await expect(page.getByRole("link", { name: /^Letter to the hospital/ })).toBeVisible();
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: "After six weeks" }).click();
  // PT-03: a page that was left open goes away with what it shows.
  await phone.goto(address);
  await page.getByRole("button", { name: "Take back" }).click();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await expect(page.getByText("It was taken back: the portal shows it no longer.")).toBeVisible();
  await axe(page);
  await expect(phone.getByText("This is not here, or it is not for you.")).toBeVisible();
  expect((await phone.goto(address))!.status()).toBe(404);
  await phone.goto(`${home}/documents`);
  await expect(phone.getByText("No documents yet")).toBeVisible();
});

// S3-08: on paper stands what was written and nothing around it; the file is a PDF of its own.
test("a document and a note are printed and saved as a PDF", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await completed(page, patient, "Letter: to Dr Lee / copy", "Letter");
  const id = page.url().split("/").pop()!;
  const text = { title: "At home", category: "plan", body: BODY };
  const { body: note } = await door(page, "notes/begin", { patient: patient.id, form: text });
  await door(page, "notes/share_with_patient", { patient: patient.id, id: note, version: 0, form: {} });

  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("The ankle is stronger.")).toBeVisible();
  for (const around of [page.getByRole("navigation").first(), page.getByRole("button", { name: "Print" })]) {
    await expect(around).toBeHidden();
  }
  await page.emulateMedia({ media: "screen" });

  for (const [at, name] of [[`documents/${id}`, "Letter_ to Dr Lee _ copy.pdf"], [`records/${note as string}`, "At home.pdf"]] as const) {
    await phone.goto(`/portal/${patient.id}/${at}`);
    await phone.evaluate(() => Object.assign(window, { print: () => document.body.setAttribute("data-printed", "yes") }));
    await phone.getByRole("button", { name: "Print" }).click();
    await expect(phone.locator("body")).toHaveAttribute("data-printed", "yes");
    await phone.emulateMedia({ media: "print" });
    await expect(phone.getByText("Stairs go well, without a rail.")).toBeVisible();
    for (const around of [
      phone.getByRole("navigation").first(), phone.getByRole("button", { name: "Print" }), phone.getByText("Ring the practice."),
    ]) {
      await expect(around).toBeHidden();
    }
    await phone.emulateMedia({ media: "screen" });
    const [download] = await Promise.all([phone.waitForEvent("download"), phone.getByRole("link", { name: "Save as PDF" }).click()]);
    expect(download.suggestedFilename()).toBe(name);
    expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe("%PDF-");
  }

  for (const at of [`documents/${id}`, `notes/${note as string}`]) {
    await page.goto(`/console/patients/${patient.id}/${at}`);
    await page.getByRole("button", { name: "Download PDF" }).click();
    await axe(page);
    const dialog = page.getByRole("dialog");
    const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Download PDF" }).click()]);
    expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe("%PDF-");
    await expect(dialog).toBeHidden();
  }
});

// S3-09: a hidden type is not there, and is there again when it is hidden no longer.
test("the practice hides types of documents in the portal", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await completed(page, patient, "What we found", "Report");
  await completed(page, patient, "What was paid", "Receipt");
  const list = `/portal/${patient.id}/documents`;
  await phone.goto(list);
  await expect(phone.getByRole("link", { name: "What was paid" })).toBeVisible();
  await phone.getByRole("link", { name: "What we found" }).click();
  await expect(phone.getByRole("heading", { name: "What we found" })).toBeVisible();
  const address = phone.url();

  await hide(page, "Report", "Other document");
  try {
    await expect(page.getByText("Report, Other document")).toBeVisible();
    expect((await phone.goto(address))!.status()).toBe(404);
    await axe(phone);
    await phone.goto(list);
    await expect(phone.getByRole("link", { name: "What was paid" })).toBeVisible();
    await expect(phone.getByText("What we found")).toBeHidden();
    await page.goto(tab(patient));
    await expect(page.getByRole("row", { name: /What we found/ }).getByText("Hidden in the portal")).toBeVisible();
    await page.getByRole("link", { name: "What we found" }).click();
    await expect(page.getByText("The portal hides documents of this type: nobody sees this one there.")).toBeVisible();
    // Whoever completes one is told before.
    const before = (await portico.mailsTo(patient.email)).length;
    await begin(page, patient, "For us", "Report");
    await page.getByLabel("Text").fill(BODY);
    await page.getByRole("button", { name: "Complete" }).click();
    await expect(page.getByRole("dialog").getByText("so the patient does not see it")).toBeVisible();
    await page.getByRole("dialog").getByRole("button", { name: "Complete" }).click();
    await expect(page.getByRole("heading", { name: "In the portal" })).toBeVisible();
    expect((await portico.mailsTo(patient.email)).length).toBe(before);
  } finally {
    await hide(page);
  }
  await phone.goto(address);
  await expect(phone.getByRole("heading", { name: "What we found" })).toBeVisible();
});

test("a draft is thrown away; two people who write are told of each other", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await begin(page, patient, "To be changed", "Plan");
  const draft = page.url();
  const other = await device();
  await openConsole(other);
  await other.goto(page.url());
  await other.getByLabel("Text").fill("From the other desk.");
  await other.getByRole("button", { name: "Save draft" }).click();
  await expect(other.getByText("The draft is saved")).toBeVisible();
  await page.getByLabel("Text").fill("From this desk.");
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText(/changed/i).first()).toBeVisible();
  await axe(page);
  await expect(page.getByLabel("Text")).toHaveValue("From this desk.");

  const second = await addPatient(page);
  await begin(page, second, "Both write", "Plan");
  await page.getByLabel("Text").fill("Mine, not saved yet.");
  await other.goto(page.url());
  await other.getByLabel("Text").fill("Theirs.");
  await complete(other);
  await expect(other.getByRole("heading", { name: "In the portal" })).toBeVisible();
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText("Somebody else completed it. What you typed is still here")).toBeVisible();
  await expect(page.getByLabel("Text")).toHaveValue("Mine, not saved yet.");
  await axe(page);
  await page.getByRole("button", { name: "Show what was completed" }).click();
  await expect(page.getByText("Theirs.")).toBeVisible();

  await page.goto(draft);
  await other.goto(draft);
  await other.getByRole("button", { name: "Throw away" }).click();
  await axe(other);
  await other.getByRole("dialog").getByRole("button", { name: "Throw away" }).click();
  await expect(other.getByText("No documents yet")).toBeVisible();
  await page.reload();
  await expect(page.getByText("This document is not here")).toBeVisible();
  await axe(page);
});

// PT-01, PR-01: who does not treat the patient sees neither document nor tab; nobody opens one by its address.
test("a document is there for nobody else", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await completed(page, patient, "Not for all", "Letter");
  const address = new URL(page.url()).pathname;
  const ben = await device();
  await openConsole(ben, BEN);
  await ben.goto(address);
  await expect(ben.getByText("Not for all")).toBeHidden();
  const tom = await device();
  await openConsole(tom, TOM);
  await tom.goto(address);
  await expect(tom.getByRole("heading", { name: "Not for all" })).toBeVisible();
  await tom.goto(address.replace(patient.id, NEVER));
  await expect(tom.getByText("Not for all")).toBeHidden();
});
