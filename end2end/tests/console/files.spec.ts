// The Documents tab: what came from the portal, what the practice adds, shows in the portal, names anew and removes.
import { readFile } from "node:fs/promises";

import { axe, expect, noSidewaysScroll, nothingRan, PHONE, test, type Page } from "../../harness/test.js";
import { accept, addPatient, BEN, door, invite, openConsole, type Patient } from "../../harness/people.js";
import { arrived, fetched, field, holdPiece, noBoxes, onDisk, pdf, photo, PIECE, send, sendBytes } from "../../harness/files.js";
import type { Server } from "../../harness/server.js";

const KB = 1024;
const DESKTOP = { viewport: { width: 1440, height: 900 } };
const says = (page: Page) => page.locator("file-sender").getByRole("status");
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

/** A patient whose phone is open at the portal's files, while the console is open. */
async function withPhone(page: Page, phone: Page, portico: Server): Promise<Patient> {
  await openConsole(page);
  const patient = await addPatient(page);
  await accept(phone, await invite(page, portico, patient));
  await phone.goto(`/portal/${patient.id}/files`);
  return patient;
}

/** Opens the tab, and the form in it. */
async function adding(page: Page, patient: Patient): Promise<void> {
  await page.goto(`/console/patients/${patient.id}/documents`);
  await page.getByRole("button", { name: "Add files" }).click();
  await expect(field(page)).toBeVisible();
  // The script of the form comes when the form is first shown.
  await page.waitForFunction(() => customElements.get("file-sender") !== undefined);
}

async function confirm(page: Page, title: string | RegExp, button: string, toast: string): Promise<void> {
  const dialog = page.getByRole("dialog", { name: title });
  await expect(dialog).toBeVisible();
  await axe(page);
  await dialog.getByRole("button", { name: button }).click();
  await expect(page.getByText(toast)).toBeVisible();
  await expect(dialog).toBeHidden();
}

// S0-21
test("a file from the portal is told of, opened, named anew and removed", async ({ page, device, portico }) => {
  const phone = await device(PHONE);
  const patient = await withPhone(page, phone, portico);
  const letter = pdf(300 * KB);
  await phone.getByLabel("What is it?").selectOption("Referral");
  await send(phone, [await onDisk("referral.pdf", letter), await onDisk("knee.jpg", photo())]);
  await expect(phone).toHaveURL(/sent=yes/);
  const href = (await phone.getByRole("link", { name: "referral.pdf", exact: true }).getAttribute("href"))!;

  // Two came, and the bell says it once, without a name of a file.
  await page.goto("/console/notifications");
  const line = page.getByRole("listitem").filter({ hasText: `A file about ${patient.first} ${patient.last} came from the portal` });
  await expect(line).toHaveCount(1, { timeout: 30_000 });
  await expect(page.getByText("referral.pdf")).toHaveCount(0);
  await axe(page);
  await line.getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`${patient.id}/documents$`));
  await expect(row(page, "referral.pdf")).toContainText("Referral, PDF");
  await expect(row(page, "referral.pdf")).toContainText("The patient, from the portal");
  await expect(row(page, "referral.pdf")).toContainText("300 KB");
  await expect(page.getByRole("button", { name: "Show in the portal: referral.pdf" })).toHaveCount(0);
  await axe(page);

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "referral.pdf", exact: true }).click();
  expect((await download).suggestedFilename()).toBe("referral.pdf");
  expect(letter.equals(await readFile(await (await download).path()))).toBe(true);
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Look at: knee.jpg" }).click();
  const shown = await opened;
  await shown.waitForLoadState();
  expect(await shown.evaluate(() => [document.images[0]?.naturalWidth, document.images[0]?.naturalHeight])).toEqual([32, 48]);
  await shown.close();

  // A name keeps its ending.
  const name = (label: string) => page.getByRole("button", { name: `Name this file: ${label}` });
  const dialog = page.getByRole("dialog", { name: "Name this file" });
  await name("referral.pdf").click();
  await expect(dialog.getByLabel("Name")).toHaveValue("referral.pdf");
  await axe(page);
  for (const [typed, text] of [
    ["", "Please fill this in."],
    ["referral.exe", "Choose a PDF, a photo"],
    ["referral.txt", "This file holds something else than its name says."],
  ] as const) {
    await dialog.getByLabel("Name").fill(typed);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByText(text)).toBeVisible();
    await expect(dialog.getByLabel("Name")).toBeFocused();
    await expect(dialog.getByLabel("Name")).toHaveValue(typed);
  }
  await axe(page);
  await dialog.getByLabel("Name").fill("Referral of Dr Lee.pdf");
  await dialog.getByLabel("What it is").selectOption("Letter");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, "Referral of Dr Lee.pdf")).toContainText("Letter, PDF");
  await phone.goto(`/portal/${patient.id}/files`);
  await expect(phone.getByRole("link", { name: "Referral of Dr Lee.pdf" })).toBeVisible();

  await page.getByRole("button", { name: "Remove this file: Referral of Dr Lee.pdf" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  await expect(row(page, "Referral of Dr Lee.pdf")).toBeVisible();
  await page.getByRole("button", { name: "Remove this file: Referral of Dr Lee.pdf" }).click();
  await confirm(page, "Remove Referral of Dr Lee.pdf?", "Remove this file", "The file is removed");
  await expect(row(page, "Referral of Dr Lee.pdf")).toHaveCount(0);
  await expect(row(page, "knee.jpg")).toBeVisible();
  await phone.reload();
  await expect(phone.getByText("Referral of Dr Lee.pdf")).toHaveCount(0);
  expect((await fetched(phone, href)).status).toBe(404);
  expect((await fetched(page, href)).status).toBe(404);
});

// S0-21, PT-03
test("a file of the practice is added, shown in the portal, taken out and removed", async ({ page, device, portico }) => {
  const phone = await device(PHONE);
  const patient = await withPhone(page, phone, portico);
  await page.goto(`/console/patients/${patient.id}/documents`);
  await expect(page.getByText("No files yet")).toBeVisible();
  await axe(page);
  await adding(page, patient);
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByLabel("What is it?").selectOption("Result");
  const hold = await holdPiece(page, 1);
  await send(page, await onDisk("x-ray.pdf", pdf(2 * PIECE)));
  await hold.held;
  await expect(says(page)).toHaveText("Sending x-ray.pdf: 50 %");
  await axe(page);
  await hold.letGo();
  await expect(says(page)).toHaveText("x-ray.pdf was sent.");
  await expect(row(page, "x-ray.pdf")).toContainText("Dr Mira Anand");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(field(page)).toHaveCount(0);
  await phone.reload();
  await expect(phone.getByText("No files yet")).toBeVisible();

  const before = (await portico.mailsTo(patient.email)).length;
  await page.getByRole("button", { name: "Show in the portal: x-ray.pdf" }).click();
  await confirm(page, "Show this file in the portal?", "Show in the portal", "The portal shows this file");
  await expect(row(page, "x-ray.pdf")).toContainText("In the portal");
  const cut = await row(page, "x-ray.pdf").getByRole("rowheader").evaluate((cell) => cell.scrollWidth - cell.clientWidth);
  expect.soft(cut, "what stands beside the name is not cut off").toBeLessThanOrEqual(0);
  await axe(page);
  const mail = await portico.mailFor(patient.email, before + 1);
  expect(JSON.stringify(mail)).not.toContain("x-ray");
  expect(JSON.stringify(mail)).not.toContain(patient.last);

  await phone.goto(`/portal/${patient.id}`);
  const card = phone.getByRole("region", { name: "New in your files" });
  await expect(card).toContainText("Your practice shared a file that you have not opened yet.");
  await axe(phone);
  await card.getByRole("link", { name: "See it" }).click();
  const there = phone.getByRole("listitem").filter({ hasText: "x-ray.pdf" });
  await expect(there.getByText("New", { exact: true })).toBeVisible();
  await expect(there).toContainText("The practice shared it on");
  await axe(phone);
  await noSidewaysScroll(phone);
  const download = phone.waitForEvent("download");
  await there.getByRole("link", { name: "x-ray.pdf" }).click();
  await (await download).path();
  const href = (await there.getByRole("link", { name: "x-ray.pdf" }).getAttribute("href"))!;
  await phone.reload();
  await expect(there.getByText("New", { exact: true })).toHaveCount(0);
  await phone.goto(`/portal/${patient.id}`);
  await expect(phone.getByText("New in your files")).toHaveCount(0);

  await page.getByRole("button", { name: "Take out of the portal: x-ray.pdf" }).click();
  await confirm(page, "Take this file out of the portal?", "Take out of the portal", "The portal shows this file no longer");
  await expect(row(page, "x-ray.pdf")).not.toContainText("In the portal");
  expect((await fetched(phone, href)).status).toBe(404);
  await phone.goto(`/portal/${patient.id}/files`);
  await expect(phone.getByText("No files yet")).toBeVisible();

  await page.getByRole("button", { name: "Show in the portal: x-ray.pdf" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Show in the portal" }).click();
  await expect(page.getByRole("button", { name: "Take out of the portal: x-ray.pdf" })).toBeVisible();
  expect((await fetched(phone, href)).status).toBe(200);
  await page.getByRole("button", { name: "Remove this file: x-ray.pdf" }).click();
  await confirm(page, "Remove x-ray.pdf?", "Remove this file", "The file is removed");
  await expect(page.getByText("No files yet")).toBeVisible();
  expect((await fetched(phone, href)).status).toBe(404);
  await phone.reload();
  await expect(phone.getByText("No files yet")).toBeVisible();
});

// PR-01
test("who does not treat sees that a file came, and neither its name nor what is in it", async ({ page, device, portico }) => {
  const phone = await device(PHONE);
  const patient = await withPhone(page, phone, portico);
  await send(phone, await onDisk("hiv-result.pdf", pdf(KB)));
  await expect(phone).toHaveURL(/sent=yes/);
  const href = (await phone.getByRole("link", { name: "hiv-result.pdf", exact: true }).getAttribute("href"))!;
  const ben = await device(DESKTOP);
  await openConsole(ben, BEN);
  const answers: string[] = [];
  ben.on("response", (response) => {
    if (response.url().includes("/api/")) void response.text().then((text) => answers.push(text)).catch(() => {});
  });
  await ben.goto(`/console/patients/${patient.id}/documents`);
  await expect(ben.getByText("You see which files came. Those who treat the patient can open them.")).toBeVisible();
  const only = ben.getByRole("row").filter({ hasText: "A file" });
  await expect(only).toHaveCount(1);
  await expect(only.getByRole("link")).toHaveCount(0);
  await expect(only.getByRole("button")).toHaveCount(0);
  await axe(ben);
  await expect(ben.getByText("hiv-result")).toHaveCount(0);
  expect(answers.join("\n")).not.toContain("hiv-result");
  for (const path of [href, `${href}/view`]) expect([403, 404]).toContain((await fetched(ben, path)).status);
  const id = href.split("/").at(-1);
  expect([403, 404]).toContain((await door(ben, "files/remove", { patient: patient.id, id })).status);
  expect([403, 404]).toContain((await door(ben, "files/share", { patient: patient.id, id })).status);
  await expect(page.locator("body")).not.toContainText("hiv-result");
});

test("what cannot be added is said beside the field", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await adding(page, patient);
  const pieces = arrived(page);
  const wrong = page.locator("file-sender").getByRole("alert");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(wrong).toContainText("Choose a file first.");
  await expect(field(page)).toBeFocused();
  await axe(page);
  await sendBytes(page, "setup.exe", Buffer.from("MZ"));
  await expect(wrong).toContainText("Choose a PDF, a photo");
  await expect.soft(field(page)).toBeFocused({ timeout: 1_000 });
  expect(pieces).toEqual([]);
  await sendBytes(page, "picture.png", Buffer.from("<!doctype html><p>Hello"));
  await expect(wrong).toContainText("Choose a PDF, a photo");
  const hold = await holdPiece(page, 1);
  await send(page, await onDisk("letter.pdf", pdf(3 * PIECE)));
  await hold.held;
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(says(page)).toHaveText("Stopped. Nothing of letter.pdf was kept.");
  await hold.letGo();
  await page.reload();
  await expect(page.getByText("No files yet")).toBeVisible();
});

test("the network goes and comes back while a file is added", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await adding(page, patient);
  const pieces = arrived(page);
  const hold = await holdPiece(page, 1);
  await send(page, await onDisk("scan.pdf", pdf(3 * PIECE)));
  await hold.held;
  await page.context().setOffline(true);
  await hold.letGo();
  await expect(says(page)).toContainText("The network is gone. scan.pdf goes on as soon as it is back.");
  await page.context().setOffline(false);
  await expect(says(page)).toHaveText("scan.pdf was sent.");
  expect(pieces).toEqual([0, 1, 2]);
  await expect(row(page, "scan.pdf")).toHaveCount(1);
});

// PT-17
test("names of files are text in every place", async ({ page, device, portico }) => {
  noBoxes(page);
  const phone = await device(PHONE);
  const patient = await withPhone(page, phone, portico);
  const names = [`"><img src=x onerror=alert(1)>.pdf`, `&lt;svg onload=alert(1)&gt;.pdf`];
  await send(phone, await Promise.all(names.map((name) => onDisk(name, pdf(KB)))));
  await expect(phone).toHaveURL(/sent=yes/);
  await page.goto(`/console/patients/${patient.id}/documents`);
  const kept = [`___img src=x onerror=alert(1)_.pdf`, names[1]!];
  for (const name of kept) {
    await expect(page.getByRole("link", { name, exact: true })).toBeVisible();
    await page.getByRole("button", { name: `Name this file: ${name}` }).click();
    await expect(page.getByRole("dialog").getByLabel("Name")).toHaveValue(name);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: `Remove this file: ${name}` }).click();
    await expect(page.getByRole("dialog", { name: `Remove ${name}?` })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await page.getByRole("button", { name: `Name this file: ${kept[0]}` }).click();
  await page.getByRole("dialog").getByLabel("Name").fill(`<img src=x onerror="window.pwned=1">.pdf`);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: `_img src=x onerror=_window.pwned=1__.pdf`, exact: true })).toBeVisible();
  await expect(page.getByRole("main").locator("img")).toHaveCount(0);
  await nothingRan(page);
});

test("by keyboard alone", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await page.goto(`/console/patients/${patient.id}/documents`);
  await page.getByRole("button", { name: "Add files" }).focus();
  await page.keyboard.press("Enter");
  await expect(field(page)).toBeVisible();
  await expect.soft(page.locator("main :focus"), "the focus is still in the page after Add files").toHaveCount(1, { timeout: 1_000 });
  await page.getByLabel("What is it?").focus();
  await page.keyboard.type("Res");
  await page.keyboard.press("Tab");
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(await onDisk("result.pdf", pdf(KB)));
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(says(page)).toHaveText("result.pdf was sent.");
  await expect.soft(page.locator("file-sender :focus"), "the focus is still in the form after sending").toHaveCount(1, { timeout: 1_000 });
  await page.getByRole("button", { name: "Name this file: result.pdf" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect.soft(page.getByRole("button", { name: "Name this file: result.pdf" }), "the focus comes back to what was pressed").toBeFocused();
});
