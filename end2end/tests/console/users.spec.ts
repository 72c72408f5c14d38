// Settings > Users: the walk of S4, from the dialog to a new colleague's first day and to the end of an old one's.
import { axe, expect, test, type Page } from "../../harness/test.js";
import { BEN, MIRA, PASSWORD, SAOIRSE, TOM, addPatient, newEmail, openConsole, openProfile, typeSignIn } from "../../harness/people.js";

const TEMPORARY = "ladder cloud pepper 42";

async function openUsers(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("link", { name: /^Users/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Users" })).toBeVisible();
}

/** Fills the dialog as S4 describes it, and saves. */
async function addUser(page: Page, email: string, last: string, level = "Personal"): Promise<void> {
  await page.getByRole("button", { name: "Add user" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add user" });
  await dialog.getByLabel("Title").selectOption("Dr");
  await dialog.getByLabel("First name").fill("Noor");
  await dialog.getByLabel("Last name").fill(last);
  await dialog.getByLabel("Profession").selectOption("Physiotherapist");
  await dialog.getByLabel("Registration number").fill("PHY0009999");
  await dialog.getByLabel("Email", { exact: true }).fill(email);
  await dialog.getByLabel("Confirm email").fill(email);
  await dialog.getByLabel(/^Temporary password/).fill(TEMPORARY);
  await dialog.getByLabel(/^Confirm temporary password/).fill(TEMPORARY);
  await dialog.getByLabel("Access level").selectOption({ label: level });
  await dialog.getByLabel("Harbour Street").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}

// S4-02, S4-03, S4-04, S4-16 to S4-30, PR-21
test("the owner adds a practitioner, who signs in, chooses a password, and sees what the level allows", async ({ page, device, portico }) => {
  await openConsole(page);
  await openUsers(page);
  await axe(page);
  const email = newEmail();
  const last = `Novak${process.pid}`;

  // Every mistake is told beside its field, and nothing that was typed is lost.
  await page.getByRole("button", { name: "Add user" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add user" });
  await axe(page);
  await dialog.getByLabel("First name").fill("Noor");
  await dialog.getByLabel("Email", { exact: true }).fill(email);
  await dialog.getByLabel("Confirm email").fill("other@example.org");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Last name")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("Confirm email")).toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByLabel("First name")).toHaveValue("Noor");
  await axe(page);
  // What is changed is not called wrong any more; what is not, is.
  await dialog.getByLabel("Last name").fill(last);
  await expect(dialog.getByLabel("Last name")).not.toHaveAttribute("aria-invalid", "true");
  await expect(dialog.getByText("Please choose at least one.")).toBeVisible();
  await dialog.getByLabel("Harbour Street").check();
  await expect(dialog.getByText("Please choose at least one.")).toBeHidden();
  await dialog.getByLabel("Profession").selectOption("Physiotherapist");
  await dialog.getByLabel("Confirm email").fill(email);
  await dialog.getByLabel(/^Temporary password/).fill(TEMPORARY);
  await dialog.getByLabel(/^Confirm temporary password/).fill("another one altogether");
  await dialog.getByRole("button", { name: "Save" }).click();
  const differ = dialog.getByText("The two passwords are not the same.");
  await expect(differ).toBeVisible();
  await dialog.getByLabel(/^Temporary password/).fill(`${TEMPORARY}!`);
  await expect(differ).toBeHidden();
  // S4-18, S4-20: the role decides which professions and levels there are, and whether a registration number.
  await dialog.getByLabel("Role type").selectOption("administrator");
  await expect(dialog.getByLabel("Registration number")).toHaveCount(0);
  await expect(dialog.getByLabel("Hide patient names")).toBeVisible();
  await dialog.getByLabel("Role type").selectOption("practitioner");
  await expect(dialog.getByLabel("Registration number")).toBeVisible();
  await expect(dialog.getByLabel("Hide patient names")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await addUser(page, email, last);
  await expect(page.getByText(`Noor ${last} was added`)).toBeVisible();
  await expect(page.getByRole("row", { name: new RegExp(last) })).toContainText("Not started yet");
  // S4-29
  const mail = await portico.mailFor(email);
  expect(mail.subject).toContain("Welcome to Harbour & Hill Health");
  expect(mail.text).not.toContain(TEMPORARY);

  const mine = await addPatient(page);
  const desk = await device();
  await desk.goto("/console/sign-in");
  await typeSignIn(desk, email, TEMPORARY);
  await expect(desk).toHaveURL(/\/welcome$/);
  await axe(desk);
  await desk.goto("/console/patients");
  await expect(desk).toHaveURL(/\/welcome$/);
  await desk.getByLabel("New password").fill(PASSWORD);
  await desk.getByRole("button", { name: /password/i }).last().click();
  await expect(desk.getByRole("heading", { level: 1, name: new RegExp(last) })).toBeVisible();
  // Personal: no settings, nobody's patients but one's own.
  await expect(desk.getByRole("link", { name: "Settings", exact: true })).toHaveCount(0);
  await desk.goto("/console/patients");
  await expect(desk.getByText("No patients of yours yet")).toBeVisible();
  await desk.goto(`/console/patients/${mine.id}`);
  await expect(desk.getByRole("heading", { level: 1 })).toContainText("No such patient");
});

// S4-14, S4-15, PR-18, AD-04
test("a user is deactivated, and every device of theirs is out at once", async ({ page, device }) => {
  await openConsole(page);
  await openUsers(page);
  const email = newEmail();
  const last = `Leaving${process.pid}`;
  await addUser(page, email, last, "Full");
  const desk = await device();
  await desk.goto("/console/sign-in");
  await typeSignIn(desk, email, TEMPORARY);
  await desk.getByLabel("New password").fill(PASSWORD);
  await desk.getByRole("button", { name: /password/i }).last().click();
  await expect(desk.getByRole("heading", { level: 1, name: new RegExp(last) })).toBeVisible();

  await page.getByRole("link", { name: new RegExp(last) }).click();
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(last) })).toBeVisible();
  await axe(page);
  // A full user is lowered first, and the page says so.
  await expect(page.getByText(/lower/i).first()).toBeVisible();
  await page.getByRole("button", { name: /^Edit/ }).first().click();
  const dialog = page.getByRole("dialog", { name: "Edit user" });
  await dialog.getByLabel("Access level").selectOption({ label: "Clinical" });
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Deactivate this user" }).click();
  const confirm = page.getByRole("dialog");
  await confirm.getByRole("button", { name: "Deactivate this user" }).click();
  await expect(page.getByText("Deactivated").first()).toBeVisible();
  // The other desk is covered without a click.
  await expect(desk.getByText(/signed out|session is over|sign in again/i).first()).toBeVisible({ timeout: 3_000 });
  // Never deleted: the row stays, and can be given back.
  await expect(page.getByRole("button", { name: "Reactivate this user" })).toBeVisible();
});

// B-16
test("what a user may do is explained, in the group and with a patient", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await openUsers(page);
  await page.getByRole("link", { name: SAOIRSE.name }).click();
  const card = page.locator("section, div.card").filter({ has: page.getByRole("heading", { name: "What they may do" }) }).last();
  await expect(card.getByText("May not").first()).toBeVisible();
  await card.getByLabel("With which patient?").fill(patient.last);
  await card.getByRole("button", { name: new RegExp(patient.last) }).click();
  const told = page.getByRole("row", { name: /See the patient's record/ });
  await expect(told).toContainText("May not");
  await expect(told).toContainText("own patients");
  await axe(page);
  // The same from the patient's side.
  await openProfile(page, patient);
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Explain access" })).toBeVisible();
  await page.getByLabel("Find a user").fill("Kelly");
  await page.getByRole("button", { name: new RegExp(SAOIRSE.name) }).click();
  await expect(told).toContainText("May not");
  await expect(told).toContainText("own patients");
  await expect(page.getByRole("heading", { name: "Practitioners" })).toBeVisible();
  await axe(page);
});

// PR-01: granted, hidden, undone on the patient's Access tab, and the colleague's next look.
test("a patient is granted to a practitioner and hidden from one", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const tom = await device();
  await openConsole(tom, TOM);
  await tom.goto(`/console/patients/${patient.id}`);
  await expect(tom.getByRole("heading", { level: 1 })).toContainText(patient.last);
  await page.goto(`/console/patients/${patient.id}/access`);
  await page.getByRole("button", { name: "Add practitioner" }).click();
  const dialog = page.getByRole("dialog", { name: "Add practitioner" });
  await dialog.getByLabel("Find a practitioner").fill("Oka");
  await dialog.getByRole("button", { name: /Tom Okafor/ }).click();
  await axe(page);
  await dialog.getByRole("button", { name: "Hide this patient" }).click();
  // What it means is said before it is done.
  const confirm = page.getByRole("dialog", { name: /Tom Okafor/ });
  await axe(page);
  await confirm.getByRole("button", { name: /Hide/ }).click();
  await expect(confirm).toBeHidden();
  await expect(page.getByRole("row", { name: /Tom Okafor/ })).toContainText(/hidden/i);
  await tom.reload();
  await expect(tom.getByRole("heading", { level: 1 })).toContainText("No such patient");
  await page.getByRole("row", { name: /Tom Okafor/ }).getByRole("button").last().click();
  await page.getByRole("dialog", { name: /Tom Okafor/ }).getByRole("button").last().click();
  await expect(page.getByRole("row", { name: /Tom Okafor/ })).toHaveCount(0);
  await tom.reload();
  await expect(tom.getByRole("heading", { level: 1 })).toContainText(patient.last);
});

// PR-13
test("users are not for a receptionist", async ({ page }) => {
  await openConsole(page, BEN);
  await page.goto("/console/settings/users");
  await expect(page.getByText("This is not part of your access")).toBeVisible();
});

// S4-03, S4-26: the level's meaning stands where it is chosen, and the whole table on the page.
test("the page says what each level may do", async ({ page }) => {
  await openConsole(page, MIRA);
  await page.goto("/console/settings/users");
  await page.locator("summary", { hasText: "What each level may do" }).click();
  const table = page.getByRole("table", { name: "What each level may do" });
  await expect(table.getByRole("row")).toHaveCount(7);
  await expect(table).toContainText("Shared only");
  await axe(page);
});

// S4-01, S4-04
test("locations have a time zone and opening hours", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/settings/locations");
  await axe(page);
  await page.getByRole("button", { name: "Add location" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add location" });
  const name = `Annexe ${process.pid}`;
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Time zone").selectOption("Australia/Perth");
  await dialog.getByLabel("Monday").fill("9 to 5");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Monday")).toHaveAttribute("aria-invalid", "true");
  await axe(page);
  await dialog.getByLabel("Monday").fill("9-12:30, 13:30-17");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row).toContainText("Perth");
  await expect(row).toContainText("Mon 9:00–12:30, 13:30–17:00");
});

// S4-09, S4-10: one row for the group.
test("how the group writes to its patients is set once for all", async ({ page, device }) => {
  await openConsole(page);
  await page.goto("/console/settings/general");
  await page.getByRole("button", { name: "Edit Messages" }).click();
  const dialog = page.getByRole("dialog", { name: "Messages" });
  await axe(page);
  await dialog.getByLabel("Mails to patients in a month").fill("many");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Mails to patients in a month")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Mails to patients in a month").fill("5000");
  await dialog.getByLabel("Hours before the appointment").fill("48");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const other = await device();
  await openConsole(other, { name: "Grace Lim", email: "grace.lim@example.org" });
  await other.goto("/console/settings/general");
  await expect(other.getByText(/5,?000/)).toBeVisible();
  await expect(other.getByText("2 days before")).toBeVisible();
});

test("a page that cannot be shown has a title and a way to try again", async ({ page }) => {
  await openConsole(page);
  await openUsers(page);
  await page.route("**/api/users/page", (route) => route.fulfill({ status: 429, body: "x" }));
  await page.getByRole("link", { name: "Saoirse Kelly" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "This page cannot be shown now" })).toBeVisible();
  await axe(page);
  await page.unroute("**/api/users/page");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /Saoirse Kelly/ })).toBeVisible();
});
