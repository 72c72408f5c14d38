// Settings > General > Patient Access, and what it does to everybody else's pages.
import { axe, expect, test } from "../../harness/test.js";
import { BEN, GRACE, MIRA, PRACTICE, PRIYA, addPatient, door, openConsole, openProfile, typeSignIn } from "../../harness/people.js";

// S0-29, S0-31, S0-41, S1-15, S1-16, S0-30, S0-32: off hides and refuses, on brings it back, for everybody at once.
test("turning Patient Invitations off hides the invitation and refuses it; on makes it appear", async ({ page, device }) => {
  await openConsole(page, GRACE);
  const practitioner = await device();
  await openConsole(practitioner, MIRA);
  const patient = await addPatient(practitioner);
  const inviting = practitioner.locator(".page-under").getByRole("button", { name: "Invite to the portal" });
  await openProfile(practitioner, patient);
  await expect(inviting).toBeVisible();

  const save = async (on: boolean) => {
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByRole("link", { name: /^General/ }).click();
    await page.getByRole("button", { name: "Edit Patient Access" }).click();
    const dialog = page.getByRole("dialog", { name: "Patient Access" });
    await expect(dialog.getByText("These settings apply to every practitioner in your practice group.")).toBeVisible();
    await axe(page);
    await dialog.getByLabel("Patient Invitations").setChecked(on);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.locator("dl").first()).toContainText(on ? "On" : "Off");
  };

  await save(false);
  await openProfile(practitioner, patient);
  await expect(practitioner.getByRole("button", { name: "Edit" }).first()).toBeVisible();
  await expect(inviting).toBeHidden();
  const form = { email: patient.email, email_again: patient.email };
  expect((await door(practitioner, "invitations/invite", { patient: patient.id, form })).status).toBe(409);

  await save(true);
  await openProfile(practitioner, patient);
  await expect(inviting).toBeVisible();
  expect((await door(practitioner, "invitations/invite", { patient: patient.id, form })).status).toBe(200);
});

// Product decision 1: searching settings for either of its names finds the section.
test("the section is found by both of its names", async ({ page }) => {
  await openConsole(page, GRACE);
  await page.goto("/console/settings");
  await axe(page);
  for (const text of ["patient access", "patient portal"]) {
    await page.getByRole("searchbox", { name: "Search settings" }).fill(text);
    await expect(page.getByRole("link", { name: /^General/ })).toBeVisible();
    await expect(page.getByRole("link", { name: /^Templates/ })).toBeHidden();
  }
});

// S0-31: who may not manage does not see it, and is refused.
test("settings are not open to a receptionist", async ({ page }) => {
  await openConsole(page, BEN);
  await expect(page.getByRole("link", { name: "Settings", exact: true })).toHaveCount(0);
  await page.goto("/console/settings/general");
  await expect(page.getByText("This is not part of your access")).toBeVisible();
  const { status } = await door(page, "settings/save_patient_access", { version: 1, form: { invitations: "", link_hours: "24", updates: "approval" } });
  expect(status).toBe(403);
});

// Two owners at once: the second is told, and nothing is overwritten.
test("a change that somebody else made meanwhile is not overwritten", async ({ page, device }) => {
  await openConsole(page, GRACE);
  await page.goto("/console/settings/general");
  await page.getByRole("button", { name: "Edit Patient Access" }).click();
  const dialog = page.getByRole("dialog", { name: "Patient Access" });
  await dialog.getByLabel("Invitation link life").selectOption("48");

  const other = await device();
  await openConsole(other, MIRA);
  await other.goto("/console/settings/general");
  await other.getByRole("button", { name: "Edit Patient Access" }).click();
  await other.getByRole("dialog").getByLabel("Invitation link life").selectOption("72");
  await other.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("dialog")).toBeHidden();

  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  // What was typed stays, what the other one wrote is said, and now it can be saved.
  await expect(dialog.getByLabel("Invitation link life")).toHaveValue("48");
  await expect(dialog.getByText("Somebody else wrote \u201c72\u201d.")).toBeVisible();
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator("dl").first()).toContainText("2 days");
});

test("the practice's name and telephone are changed", async ({ page, device }) => {
  await openConsole(page, GRACE);
  await page.goto("/console/settings/general");
  await page.getByRole("button", { name: "Edit practice" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit practice" });
  await axe(page);
  const phone = await dialog.getByLabel("Telephone").inputValue();
  await dialog.getByLabel("Telephone").fill("call me");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("This is not a telephone number.")).toBeVisible();

  // Somebody else changes the name meanwhile: it stays changed, and what is typed here is saved as well.
  const other = await device();
  await openConsole(other, MIRA);
  await other.goto("/console/settings/general");
  await other.getByRole("button", { name: "Edit practice" }).click();
  await other.getByRole("dialog").getByLabel("Name of the practice").fill("Harbour & Hill & Vale");
  await other.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(other.getByRole("dialog")).toBeHidden();
  await expect(other.locator(".sidebar-mark")).toContainText("Harbour & Hill & Vale");

  await dialog.getByLabel("Telephone").fill("02 9000 0000");
  // Decision 15: how long a console may be left alone is the group's to say.
  await dialog.getByLabel("Sign out after").selectOption("30");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(dialog.getByLabel("Name of the practice")).toHaveValue("Harbour & Hill & Vale");
  await expect(dialog.getByLabel("Telephone")).toHaveValue("02 9000 0000");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("02 9000 0000")).toBeVisible();
  await expect(page.getByText("30 minutes")).toBeVisible();

  const { body } = await door(page, "settings/practice", {});
  const form = { name: PRACTICE, phone, idle_minutes: "15" };
  expect((await door(page, "settings/save_practice", { version: (body as { version: number }).version, form })).status).toBe(200);
});

// Decision 15
test("a dialog that was open when the session ended is open again after signing in", async ({ page }) => {
  await openConsole(page, PRIYA);
  for (const [address, button, label] of [
    ["/console/settings/locations", "Add location", /^Name/],
    ["/console/settings/templates", "New template", /^Name/],
    ["/console/settings/general", "Edit Messages", /^Sender/],
  ] as const) {
    await page.goto(address);
    await page.getByRole("button", { name: button }).first().click();
    await page.getByRole("dialog").getByLabel(label).fill("Half typed");
    // Elsewhere in the same browser.
    await page.evaluate(() => fetch("/api/account/sign_out", { method: "POST", body: new URLSearchParams() }));
    const over = page.getByRole("alertdialog", { name: "You were signed out" });
    await over.getByRole("link", { name: "Sign in again" }).click();
    await typeSignIn(page, PRIYA.email);
    await expect(page.getByRole("dialog").getByLabel(label)).toHaveValue("Half typed");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  }
});
