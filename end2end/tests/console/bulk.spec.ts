// Inviting many at once: ticks, what will happen to each, the message, how far it is, and what came of it.
import { readFile } from "node:fs/promises";

import { PHONE, axe, expect, noSidewaysScroll, settled, test } from "../../harness/test.js";
import type { Page } from "../../harness/test.js";
import { BEN, MIRA, SAM, door, newEmail, openConsole } from "../../harness/people.js";

/** Patients of one family name, which the reports below look for: their ids and addresses. */
async function family(page: Page, last: string, count: number, reachable = true): Promise<{ id: string; email: string }[]> {
  const all: { id: string; email: string }[] = [];
  for (let n = 0; n < count; n++) {
    const email = reachable ? newEmail() : "";
    const form = { legal_first: `Child${n}`, legal_last: last, email, birth_date: "2014-09-03" };
    all.push({ id: (await door(page, "patients/add", { form })).body as string, email });
  }
  return all;
}

const lastName = (): string => `Bulk${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;

async function report(page: Page, last: string): Promise<void> {
  await page.goto(`/console/reports/case-load?status=active&portal=none&text=${last}`);
  await expect(page.getByRole("heading", { level: 1, name: "Case Load" })).toBeVisible();
}

const actions = (page: Page) => page.locator("summary", { hasText: "Actions" });

// S1-17, S1-21 to S1-26, B-05: walk (a), on a desk and on a phone.
for (const [where, phone] of [["on a desk", false], ["on a phone", true]] as const) {
  test(`many are invited at once, ${where}`, async ({ page: desk, device, portico }) => {
    const page = phone ? await device(PHONE) : desk;
    await openConsole(page, MIRA);
    const last = lastName();
    const many = await family(page, last, 12);
    await family(page, last, 2, false);
    const doctor = { legal_first: "Doctor", legal_last: last, email: "tom.okafor@example.org", birth_date: "1980-01-01" };
    await door(page, "patients/add", { form: doctor });
    await report(page, last);
    const rows = page.locator("tbody tr");
    await expect(rows).toHaveCount(15);
    await axe(page);
    await noSidewaysScroll(page, 390);

    // Nobody is ticked: there is nothing to do.
    await actions(page).click();
    await expect(page.getByRole("button", { name: "Invite to patient portal" })).toBeDisabled();
    await expect(page.getByText("Tick the patients first.")).toBeVisible();
    await axe(page);
    await page.keyboard.press("Escape");

    // One checkbox for each.
    const first = rows.first().getByRole("checkbox");
    await first.check();
    await expect(page.getByText("1 patient ticked")).toBeVisible();
    await page.getByLabel("Tick all that are shown").check();
    await expect(page.getByText("15 patients ticked")).toBeVisible();
    await expect(first).toBeChecked();
    await axe(page);
    await actions(page).click();
    await page.getByRole("button", { name: "Invite to patient portal" }).click();

    // What will happen, before anything does.
    const dialog = page.getByRole("dialog", { name: "Invite to patient portal" });
    await expect(dialog.getByText("12 of 15 patients will be invited.")).toBeVisible();
    // As a screen reader has it, in its order.
    await expect(dialog).toMatchAriaSnapshot({ name: "bulk-dialog.aria.yml" });
    await dialog.getByText("Has no email (2)").click();
    await expect(dialog.getByText(`Child0 ${last}`)).toBeVisible();
    await expect(dialog.getByText("Has a practitioner’s email (1)")).toBeVisible();
    await expect(dialog.getByText("private health information")).toBeVisible();
    await axe(page);
    await noSidewaysScroll(page, 390);
    await dialog.getByLabel("Custom message").fill("Dear {{patient.secret}}");
    await dialog.getByRole("button", { name: "Invite 12 patients" }).click();
    await expect(dialog.getByLabel("Custom message")).toHaveAttribute("aria-invalid", "true");
    await dialog.getByLabel("Custom message").fill("Dear {{patient.first_name}}, our portal is open.");
    await dialog.getByRole("button", { name: "Invite 12 patients" }).click();
    await expect(dialog).toBeHidden();

    // How far it is, and what came of it.
    await expect(page.getByRole("heading", { level: 1, name: "Bulk invitation" })).toBeVisible();
    await expect(page.getByText("Done: 12 of 15 patients invited.")).toBeVisible({ timeout: 20_000 });
    await expect(rows).toHaveCount(15);
    await settled(page);
    await axe(page);
    await noSidewaysScroll(page, 390);
    await page.getByRole("button", { name: "Has no email (2)" }).click();
    await expect(rows).toHaveCount(2);
    await page.getByRole("button", { name: "Everybody (15)" }).click();
    await expect(rows).toHaveCount(15);

    // The mail is there, the message above the link.
    const mail = await portico.mailFor(many[3]!.email);
    expect(mail.text.indexOf("Dear Child3, our portal is open.")).toBeGreaterThanOrEqual(0);
    expect(mail.text.indexOf("Dear Child3")).toBeLessThan(mail.text.indexOf("/invitation/"));

    // It is kept, and found again under Reports.
    await page.goto("/console/reports");
    await expect(page.getByRole("cell", { name: "12 of 15" }).first()).toBeVisible();
    await axe(page);
    await noSidewaysScroll(page, 390);

    // Once more: nobody is invited twice.
    await page.goto(`/console/reports/case-load?text=${last}`);
    await page.getByLabel("Tick all that are shown").check();
    await actions(page).click();
    await page.getByRole("button", { name: "Invite to patient portal" }).click();
    await expect(dialog.getByText("Nobody here can be invited.")).toBeVisible();
    await expect(dialog.getByText("Was invited, and the link still works (12)")).toBeVisible();
    await axe(page);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toBeHidden();
  });
}

test("all that match, also who is not shown, but one", async ({ page }) => {
  await openConsole(page, MIRA);
  const last = lastName();
  await family(page, last, 60);
  await report(page, last);
  const rows = page.locator("tbody tr");
  await expect(rows).toHaveCount(50);
  await page.getByRole("button", { name: "Tick all that match" }).click();
  await expect(page.getByText("All that match are ticked")).toBeVisible();
  await expect(rows.nth(7).getByRole("checkbox")).toBeChecked();
  await rows.nth(7).getByRole("checkbox").uncheck();
  await expect(page.getByText("All that match are ticked, but 1")).toBeVisible();
  await actions(page).click();
  await page.getByRole("button", { name: "Invite to patient portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to patient portal" });
  await expect(dialog.getByText("59 patients will be invited.")).toBeVisible();
  await dialog.getByRole("button", { name: "Invite 59 patients" }).click();
  await expect(page.getByText("Done: 59 of 59 patients invited.")).toBeVisible({ timeout: 20_000 });
  await expect(page.locator("tbody tr")).toHaveCount(50);
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(59);

  // As a table, for those who may.
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    (async () => {
      await page.getByRole("button", { name: "Export" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Export" }).click();
    })(),
  ]);
  const text = await readFile((await download.path())!, "utf8");
  expect(text.split("\r\n").filter((line) => line.includes('"invited"'))).toHaveLength(59);
});

test("another report begins with nobody ticked", async ({ page }) => {
  await openConsole(page, MIRA);
  const last = lastName();
  await family(page, last, 3);
  await report(page, last);
  await page.getByLabel("Tick all that are shown").check();
  await page.getByRole("button", { name: /Not invited/ }).click();
  await expect(page.getByText("Nobody ticked")).toBeVisible();
  await page.getByLabel("Tick all that are shown").check();
  await page.getByRole("button", { name: "Untick all" }).click();
  await expect(page.getByText("Nobody ticked")).toBeVisible();
});

// S1-03: who sees no names can tick nobody.
test("without names there are no ticks", async ({ page }) => {
  await openConsole(page, SAM);
  await page.goto("/console/reports/case-load");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await expect(actions(page)).toHaveCount(0);
  await page.goto("/console/reports");
  await expect(page.getByRole("heading", { name: "Bulk invitations" })).toHaveCount(0);
});

test("a bulk invitation is its owner's", async ({ page, device }) => {
  await openConsole(page, MIRA);
  const last = lastName();
  const ids = (await family(page, last, 1)).map((patient) => patient.id);
  const bulk = (await door(page, "bulk/open", { selection: { these: ids } })).body as { id: string };
  await page.goto(`/console/reports/bulk/${bulk.id}`);
  await expect(page.getByText("This was never started")).toBeVisible();
  await axe(page);
  const other = await device();
  await openConsole(other, BEN);
  await other.goto(`/console/reports/bulk/${bulk.id}`);
  await expect(other.getByText("This is not here, or it is not for you.").first()).toBeVisible();
  await axe(other);
});
