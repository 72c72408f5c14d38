// Reports: the dialog, the filters, the list of patients, and the pages that are fetched when they are opened.
import { readFile } from "node:fs/promises";

import { axe, expect, forgiven, noSidewaysScroll, settled, test } from "../../harness/test.js";
import { BEN, MIRA, PASSWORD, SAM, SAOIRSE, addPatient, door, openConsole } from "../../harness/people.js";

// S1-18, S1-19, S1-20: from the sidebar to the list.
test("a case load is asked for, narrowed, and its address kept", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page, { first: "Casimir" });
  await page.getByRole("navigation", { name: "Places" }).getByRole("link", { name: "Reports" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Patient reports" })).toBeFocused();
  await axe(page);
  await noSidewaysScroll(page, 390);
  await page.getByRole("button", { name: "New Report" }).click();
  const dialog = page.getByRole("dialog", { name: "New Report" });
  await expect(dialog.getByLabel("Report type")).toHaveValue("case-load");
  await axe(page);

  // What is wrong stands at its field, and nothing is lost.
  // By id: tests before this one may have made a namesake.
  const me = (await door(page, "console/start", {})).body as { user: string };
  await expect(dialog.getByLabel("Practitioner").locator(`option[value=${me.user}]`)).toHaveText(`${MIRA.name}, General practitioner`);
  await dialog.getByLabel("Practitioner").selectOption(me.user);
  await dialog.getByLabel("Age from").fill("200");
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(dialog.getByLabel("Age from")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Age from")).toHaveValue("200");
  await expect(dialog.getByLabel("Practitioner")).not.toHaveValue("");
  await axe(page);
  await dialog.getByLabel("Age from").fill("");
  await dialog.getByLabel("Status").selectOption({ label: "Active" });
  await dialog.getByLabel("Portal").selectOption({ label: "Not invited" });
  await dialog.getByLabel("Name, phone or birth date").fill("casimir");
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: "Case Load" })).toBeVisible();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page.locator("tbody tr")).toContainText(patient.last);
  await axe(page);
  await noSidewaysScroll(page, 390);

  // The address is the report: a colleague sees of it whom they may see.
  const address = page.url();
  const other = await device();
  await openConsole(other, SAOIRSE);
  await other.goto(address);
  await expect(other.getByText("No patient fits all of the filters")).toBeVisible();
  await expect(other.locator("#main")).not.toContainText(patient.last);
  await axe(other);

  // Filters are taken away one by one.
  for (const chip of [/casimir/, /Not invited/, /Active/, /Mira/]) await page.getByRole("button", { name: chip }).click();
  await expect(page.locator(".chip")).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page.locator("tbody tr")).toHaveCount(50);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(100);
  // From a patient one comes back to the report.
  await page.getByRole("button", { name: "Change filters" }).click();
  await dialog.getByLabel("Status").selectOption({ label: "Deceased" });
  await dialog.getByRole("button", { name: "Run" }).click();
  await expect(page.locator(".chip")).toHaveText(/Deceased/);
  await page.locator("tbody tr th a").first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Case Load" })).toBeHidden();
  await page.goBack();
  await expect(page.locator(".chip")).toHaveText(/Deceased/);
  await expect(page.locator("tbody tr").first()).toContainText("Deceased");
});

test("a report that finds nobody says so and offers to change it", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/reports/case-load?text=zzyzx");
  await expect(page.getByText("No patient fits all of the filters")).toBeVisible();
  await axe(page);
  await page.locator("main").getByRole("button", { name: "Change filters" }).last().click();
  const dialog = page.getByRole("dialog", { name: "New Report" });
  await expect(dialog.getByLabel("Name, phone or birth date")).toHaveValue("zzyzx");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  // An address that somebody mended by hand.
  await page.goto("/console/reports/case-load?age_from=old");
  await expect(page.getByRole("alert").first()).toBeVisible();
  await axe(page);
});

// S1-03: no name, no age, no text to find one by.
test("who sees no names runs a report of pseudonyms", async ({ page }) => {
  await openConsole(page, SAM);
  await page.goto("/console/reports/case-load");
  await expect(page.locator("tbody tr th a").first()).toHaveText(/^PT-\d{6}$/);
  await page.getByRole("button", { name: "Change filters" }).click();
  const dialog = page.getByRole("dialog", { name: "New Report" });
  await expect(dialog.getByLabel("Status")).toBeVisible();
  await expect(dialog.getByLabel("Age from")).toHaveCount(0);
  await expect(dialog.getByLabel("Name, phone or birth date")).toHaveCount(0);
  await axe(page);
});

// AD-08
test("who may export gets the report as a file", async ({ page }) => {
  await openConsole(page, BEN);
  await page.goto("/console/reports/case-load");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Export" })).toHaveCount(0);
  await page.context().clearCookies();
  await openConsole(page);
  await page.goto("/console/reports/case-load?status=deceased");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  const rows = await page.locator("tbody tr").count();
  await page.getByRole("button", { name: "Export" }).click();
  const confirm = page.getByRole("dialog", { name: "Export this list?" });
  await axe(page);
  const file = page.waitForEvent("download");
  await confirm.getByRole("button", { name: "Export" }).click();
  const password = confirm.getByLabel("Your password");
  if (await password.isVisible().catch(() => false)) {
    await password.fill(PASSWORD);
    await confirm.getByRole("button", { name: "Export" }).click();
  }
  const text = await readFile(await (await file).path(), "utf8");
  expect(text.trim().split("\r\n")).toHaveLength(rows + 1);
  expect(text).toContain("patient,age,email,status,portal");
});

// P-13: a page whose code does not arrive says so, and is there when it is asked for again.
test("a page that cannot be fetched can be tried again", async ({ page }) => {
  forgiven.push(/^TypeError: Failed to fetch\n.*\/pkg\//);
  await openConsole(page);
  await page.route("**/pkg/split_reports*.wasm", (route) => route.abort("internetdisconnected"));
  await page.getByRole("link", { name: "Reports", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Not there yet" })).toBeVisible();
  await axe(page);
  await page.unroute("**/pkg/split_reports*.wasm");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Patient reports" })).toBeFocused();
  await settled(page);
});

// A report is kept under a name, opened, renamed and removed.
test("a report is saved and opened again", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/reports");
  const saved = page.getByRole("region", { name: "Saved reports" });
  await expect(saved.getByText("None yet.")).toBeVisible();
  await page.goto("/console/reports/case-load?status=deceased&age_from=60");
  await expect(page.locator(".chip")).toHaveCount(2);
  await page.getByRole("button", { name: "Save report" }).click();
  const dialog = page.getByRole("dialog", { name: "Save report" });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Name").fill("Over sixty");
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Save report" }).click();
  await dialog.getByLabel("Name").fill("over SIXTY");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Another one has this name already.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await page.goto("/console/reports");
  await expect(saved.getByRole("row", { name: /Over sixty/ })).toContainText("Deceased · Age from 60");
  await axe(page);
  await noSidewaysScroll(page, 390);
  await saved.getByRole("button", { name: "Rename Over sixty" }).click();
  const rename = page.getByRole("dialog", { name: "Rename report" });
  await rename.getByLabel("Name").fill("Passed away");
  await rename.getByRole("button", { name: "Save" }).click();
  await saved.getByRole("link", { name: "Passed away" }).click();
  await expect(page.locator(".chip")).toHaveText([/Deceased/, /Age from 60/]);
  await page.goBack();
  await saved.getByRole("button", { name: "Remove Passed away" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove this report" }).click();
  await expect(saved.getByText("None yet.")).toBeVisible();
});

test("a saved report of somebody who is gone says so", async ({ page }) => {
  await openConsole(page);
  const gone = "usr_0000000000000000000000000000000f";
  const { status } = await door(page, "reports/save", { name: "Of a locum", form: { practitioner: gone } });
  expect(status).toBe(200);
  await page.goto("/console/reports");
  const saved = page.getByRole("region", { name: "Saved reports" });
  await expect(saved.getByRole("row", { name: /Of a locum/ })).toContainText("somebody who does not practise here any more");
  await saved.getByRole("link", { name: "Of a locum" }).click();
  await expect(page.getByText("This report asks for somebody who does not practise here any more.")).toBeVisible();
  await expect(page.locator("#main")).not.toContainText("usr_");
  await axe(page);
  await page.goto("/console/reports");
  await saved.getByRole("button", { name: "Remove Of a locum" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove this report" }).click();
});
