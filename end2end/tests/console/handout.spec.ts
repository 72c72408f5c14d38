// The portal's handout: printed by everybody, its text written by those who manage settings.
import { readFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { PHONE, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, door, openConsole } from "../../harness/people.js";

// S3-37: the front desk finds it beside a patient's invitations, prints it and takes it away as a file (walk d).
for (const [where, phone] of [["on a desk", false], ["on a phone", true]] as const) {
  test(`the front desk prints the handout and downloads it, ${where}`, async ({ page: desk, device }) => {
    const page = phone ? await device(PHONE) : desk;
    await openConsole(page, BEN);
    const { body } = await door(page, "patients/list", { filter: { text: "", status: null }, page: { after: null, limit: 1 } });
    await page.goto(`/console/patients/${(body as { rows: { id: string }[] }).rows[0]?.id}/access`);
    await page.getByRole("link", { name: "Print a handout about the portal" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Portal handout" })).toBeVisible();
    const sheet = page.getByRole("article");
    await expect(sheet.getByRole("heading", { name: "How to reach it" })).toBeVisible();
    await expect(sheet.getByRole("img", { name: /A code to scan, which leads to http.*\/sign-in/ })).toBeVisible();
    await expect(page.getByRole("button", { name: "Edit handout" })).toHaveCount(0);
    await axe(page);
    await noSidewaysScroll(page, 390);

    await page.evaluate(() => {
      window.print = () => document.body.setAttribute("data-printed", "yes");
    });
    await page.getByRole("button", { name: "Print" }).click();
    await expect(page.locator("body")).toHaveAttribute("data-printed", "yes");

    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download PDF" }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe("portal-handout.pdf");
    const file = await download.path();
    expect((await readFile(file)).subarray(0, 5).toString()).toBe("%PDF-");
    expect(execFileSync("pdfinfo", [file]).toString()).toMatch(/Tagged: +yes/);
    expect(execFileSync("pdftotext", [file, "-"]).toString()).toContain("How to reach it");
    expect((await door(page, "handout/save", { version: 0, text: { title: "Mine" } })).status).toBe(403);
  });
}

// Paper holds the sheet and nothing else, on white, and fits one page of A4 and of Letter.
test("the printed page is the sheet alone", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await openConsole(page);
  await page.goto("/console/settings/handout");
  await expect(page.getByRole("article")).toBeVisible();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByRole("heading", { level: 1 })).toBeHidden();
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  await expect(page.getByRole("article")).toBeVisible();
  const muted = await page.locator(".sheet-practice").evaluate((element) => getComputedStyle(element).color);
  expect(muted).toBe("rgb(85, 101, 104)");
  for (const format of ["A4", "Letter"]) {
    const file = test.info().outputPath(`${format}.pdf`);
    await page.pdf({ format, path: file, preferCSSPageSize: false });
    expect(execFileSync("pdfinfo", [file]).toString()).toMatch(/Pages: +1\n/);
    const text = execFileSync("pdftotext", [file, "-"]).toString();
    expect(text).toContain("How to reach it");
    expect(text).not.toContain("Download PDF");
  }
});

// S3-38: the practice writes its own; what was typed is kept, two who write at once are told.
test("the handout is written by the practice", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/settings");
  await page.getByRole("searchbox", { name: "Search settings" }).fill("leaflet");
  await page.getByRole("link", { name: /Portal handout/ }).click();
  await page.getByRole("button", { name: "Edit handout" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit handout" });
  const preview = dialog.getByRole("region", { name: "Preview" });
  await dialog.getByLabel("Heading").fill("Our portal");
  await expect(preview.getByRole("heading", { name: "Our portal" })).toBeVisible();
  await dialog.getByLabel("At the end").fill("Ring ");
  await dialog.getByRole("button", { name: "Practice phone" }).click();
  await expect(dialog.getByLabel("At the end")).toHaveValue("Ring {{practice.phone}}");
  await dialog.getByLabel("Introduction").fill("Dear {{patient.first_name}}");
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText(/does not exist\. There are practice\.name/)).toBeVisible();

  // Kept on the device.
  await page.reload();
  await page.getByRole("button", { name: "Edit handout" }).click();
  await expect(dialog.getByLabel("Heading")).toHaveValue("Our portal");
  await dialog.getByLabel("Introduction").fill("It is *yours* #panic()");
  const now = (await door(page, "handout/find", {})).body as { version: number; text: Record<string, string> };
  const theirs = { ...now.text, steps: "Ask us" };
  expect((await door(page, "handout/save", { version: now.version, text: theirs })).status).toBe(200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(dialog.getByLabel("How to reach it")).toHaveValue("Ask us");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const sheet = page.getByRole("article");
  await expect(sheet.getByRole("heading", { name: "Our portal" })).toBeVisible();
  await expect(sheet.getByText("It is *yours* #panic()")).toBeVisible();
  await expect(sheet.getByText("Ask us")).toBeVisible();

  await page.getByRole("button", { name: "Edit handout" }).click();
  await dialog.getByRole("button", { name: "Put the standard text back" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(sheet.getByRole("heading", { name: /Your patient portal at/ })).toBeVisible();
});
