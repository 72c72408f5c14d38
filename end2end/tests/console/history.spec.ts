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
  expect(csv.split("\r\n")[0]).toBe("number,time (UTC),who,what,patient,user,detail,address,emergency");
  expect(csv).toContain(patient.last);
  // What was filtered is what leaves.
  const what = csv.trim().split("\r\n").slice(1).map((line) => line.split('","')[3]);
  expect(new Set(what)).toEqual(new Set(["patient_added"]));
});

// PR-14
test("more records than usual within an hour ask for the password, and stand in the history", async ({ page, portico }) => {
  await openConsole(page, MIRA);
  const [one, other] = [await addPatient(page), await addPatient(page)];
  await openProfile(page, one);
  portico.opened(MIRA.email, 300);
  portico.older(MIRA.email, 11);
  await page.goto(`/console/patients/${other.id}`);
  await expect(page.getByText("You opened more records within an hour than is usual")).toBeVisible();
  await expect(page.getByText(other.last)).toHaveCount(0);
  await axe(page);
  await page.getByLabel("Your password").fill("not this one");
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(page.getByLabel("Your password")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByLabel("Your password").press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(other.last) })).toBeVisible();
  await page.goto("/console/history?action=unusual_access");
  await expect(page.getByRole("row", { name: new RegExp(other.last) })).toContainText("more records than usual within an hour");
});

test("the history of one user, of one patient, and of some days", async ({ page, device }) => {
  await openConsole(page, MIRA);
  const patient = await addPatient(page);
  const tom = await device();
  await openConsole(tom, TOM);
  await openProfile(tom, patient);
  await page.getByRole("link", { name: "History", exact: true }).click();
  const rows = page.locator("tbody tr");
  const about = page.getByRole("row", { name: /Tom Okafor/ }).filter({ hasText: patient.last }).first();
  await expect(about).toBeVisible();
  const href = await about.getByRole("link", { name: new RegExp(patient.last) }).getAttribute("href");
  await page.goto(`/console/history?patient=${href!.split("/")[3]!.split("?")[0]}`);
  await expect(page.getByRole("button", { name: new RegExp(`Only about.*${patient.last}`) })).toBeVisible();
  const texts = await rows.allTextContents();
  expect(texts.length).toBeGreaterThan(1);
  expect(texts.filter((text) => !text.includes(patient.last))).toEqual([]);
  await page.getByRole("button", { name: new RegExp(`Only about.*${patient.last}`) }).click();
  await expect(rows.filter({ hasNotText: patient.last }).first()).toBeVisible();

  // Found by name, without a row to follow; and named by the chip, also when nothing matches.
  await page.getByLabel("Done by").fill("oka");
  await page.getByRole("button", { name: /Tom Okafor/ }).click();
  const byTom = page.getByRole("button", { name: /Only by.*Tom Okafor/ });
  await expect(byTom).toBeVisible();
  await expect(rows.filter({ hasNotText: "Tom Okafor" })).toHaveCount(0);
  await page.getByLabel("Patient", { exact: true }).fill(patient.last);
  await page.getByRole("button", { name: new RegExp(patient.last) }).first().click();
  await expect(page.getByRole("button", { name: new RegExp(`Only about.*${patient.last}`) })).toBeVisible();
  await expect(rows.filter({ hasNotText: patient.last })).toHaveCount(0);
  await page.getByLabel("To", { exact: true }).fill("2001-01-01");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await expect(byTom).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(byTom).toHaveCount(0);
  await page.getByLabel("Done by").fill("nobody of this name");
  await expect(page.getByText("No user found.")).toBeVisible();
  await page.getByLabel("Done by").fill("");

  // Nothing was done before the practice was there; today something was.
  await page.getByLabel("To", { exact: true }).fill("2001-01-01");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Show everything" }).click();
  await expect(rows.first()).toBeVisible();
});

// Nobody reads the program's own names of its doors.
test("what somebody was refused is told in words", async ({ page, device }) => {
  const tom = await device();
  await openConsole(tom, TOM);
  await tom.goto(`/console/patients/pat_${"0".repeat(31)}1`);
  await expect(tom.getByRole("heading", { level: 1, name: "No such patient" })).toBeVisible();
  await openConsole(page, MIRA);
  await page.goto("/console/history?action=denied");
  const row = page.getByRole("row", { name: /Tom Okafor/ }).first();
  await expect(row).toContainText("Asked for a patient: not there, or not open to them");
  await expect(row).not.toContainText("patients/profile");
});

test("without the setting there is no history", async ({ page }) => {
  await openConsole(page, TOM);
  await expect(page.getByRole("link", { name: "History", exact: true })).toHaveCount(0);
  await page.goto("/console/history");
  await expect(page.getByText("This is not part of your access")).toBeVisible();
});
