// What users did: shown to those with the setting, filtered, exported after a proof of the password.
import { readFile } from "node:fs/promises";

import { axe, expect, test } from "../../harness/test.js";
import { MIRA, PASSWORD, TOM, addPatient, openConsole, openProfile } from "../../harness/people.js";

test("who looked at what, filtered and exported", async ({ page, device, portico }) => {
  await openConsole(page, MIRA);
  const patient = await addPatient(page);
  const tom = await device();
  await openConsole(tom, TOM);
  await openProfile(tom, patient);
  await page.getByRole("link", { name: "History", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "History" })).toBeVisible();
  const row = page.getByRole("row", { name: /Tom Okafor/ }).filter({ hasText: patient.last }).first();
  await expect(row).toContainText("Looked at a patient's record");
  await axe(page);
  await page.locator(".filters select").first().selectOption({ label: "Added a patient" });
  await expect(page.getByRole("row", { name: /Looked at a patient/ })).toHaveCount(0);
  await expect(page.getByRole("row", { name: new RegExp(patient.last) }).first()).toContainText("Added a patient");

  // AD-08: an older session proves its password first.
  portico.older(MIRA.email, 11);
  await page.getByRole("button", { name: "Export" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Export" }).click();
  await dialog.getByLabel("Your password").fill("not this one");
  await dialog.getByRole("button", { name: "Export" }).click();
  await expect(dialog.getByLabel("Your password")).toHaveAttribute("aria-invalid", "true");
  await axe(page);
  await dialog.getByLabel("Your password").fill(PASSWORD);
  const file = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export" }).click();
  // Spreadsheets take it for Unicode by its mark.
  const text = await readFile((await (await file).path())!, "utf8");
  expect(text.startsWith("\uFEFF")).toBe(true);
  const csv = text.slice(1);
  expect(csv.split("\r\n")[0]).toBe("number,time (UTC),who,what,patient,user,detail,address");
  expect(csv).toContain(patient.last);
  // What was filtered is what leaves.
  const what = csv.trim().split("\r\n").slice(1).map((line) => line.split('","')[3]);
  expect(new Set(what)).toEqual(new Set(["patient_added"]));
});

test("without the setting there is no history", async ({ page }) => {
  await openConsole(page, TOM);
  await expect(page.getByRole("link", { name: "History", exact: true })).toHaveCount(0);
  await page.goto("/console/history");
  await expect(page.getByText("This is not part of your access")).toBeVisible();
});
