// Contacts and other portal users: invited from the Contacts tab, linked by their address, changed, suspended, restored.
import { PHONE, axe, expect, test, type Page } from "../../harness/test.js";
import { addPatient, accept, newEmail, openConsole, openPortal } from "../../harness/people.js";

/** Opens the Contacts tab of a new child, and adds the mother there. */
const withMother = async (page: Page, email: string): Promise<{ path: string; first: string; last: string }> => {
  const child = await addPatient(page, { first: "Bo" });
  const path = `/console/patients/${child.id}`;
  await addMother(page, path, email);
  return { path, first: child.first, last: child.last };
};

const addMother = async (page: Page, path: string, email: string): Promise<void> => {
  await page.goto(`${path}/contacts`);
  await page.getByRole("button", { name: "Add a contact" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a contact" });
  await dialog.getByLabel("Name").fill("Ada Vidal");
  await dialog.getByLabel("Relationship").fill("mother");
  await dialog.getByLabel("Email").fill(email);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
};

const inviteMother = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Invite Ada Vidal to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await dialog.getByLabel("I have checked it. It is right.").check();
  await dialog.getByRole("button", { name: "Invite Contact" }).click();
  await expect(dialog).toBeHidden();
};

// Walk (b): S3-01, S3-02, S3-05, S3-22, S3-27, S3-28, S3-31, S3-32, S3-23.
test("a mother is invited from the child's Contacts tab, and switches between both children", async ({ page, device, portico }) => {
  await openConsole(page);
  const email = newEmail();
  const first = await withMother(page, email);
  await axe(page);
  await inviteMother(page);
  const phone = await device(PHONE);
  await accept(phone, (await portico.mailFor(email)).link);
  await expect(phone.getByRole("heading", { level: 1, name: `Bo ${first.last}` })).toBeVisible();

  const second = await addPatient(page, { first: "Cleo" });
  await addMother(page, `/console/patients/${second.id}`, email);
  await page.getByRole("button", { name: "Invite Ada Vidal to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await expect(dialog.getByText("Only invite people who are authorised to see it.")).toBeVisible();
  await expect(dialog.getByText(email)).toBeVisible();
  await axe(page);
  // S3-27: without a look at the address nothing leaves.
  await dialog.getByRole("button", { name: "Invite Contact" }).click();
  await expect(dialog.getByText("Please look at the address, and tick that it is right.")).toBeVisible();
  await axe(page);
  await dialog.getByLabel("I have checked it. It is right.").check();
  await dialog.getByRole("button", { name: "Invite Contact" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`Invitation on its way to ${email}`)).toBeVisible();

  // She has an account: she confirms, keeps her password, and has both.
  await phone.goto((await portico.mailFor(email, 2)).link);
  await phone.getByRole("button", { name: /Accept|Confirm|Open/ }).first().click();
  // What she has just been let into stands there.
  await expect(phone.getByRole("heading", { level: 1, name: `Cleo ${second.last}` })).toBeVisible();
  await phone.getByLabel("Switch to another record").click();
  await axe(phone);
  await expect(phone.locator(".top")).toContainText(`Cleo ${second.last}`);
  await phone.getByRole("link", { name: new RegExp(`Bo ${first.last}`) }).click();
  await expect(phone.locator(".top")).toContainText(`Bo ${first.last}`);
});

// S3-33, S3-34, S3-35, S3-36
test("somebody who is no contact is added, and the next time linked by their address", async ({ page, device, portico }) => {
  await openConsole(page);
  const bo = await addPatient(page, { first: "Bo" });
  const email = newEmail();
  await page.goto(`/console/patients/${bo.id}/contacts`);
  await page.getByRole("button", { name: "Add Portal User" }).click();
  const dialog = page.getByRole("dialog", { name: "Add Portal User" });
  await expect(dialog.getByText("Only invite people who are authorised to see it.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save Portal User" }).click();
  await expect(dialog.getByText("Please fill this in.").first()).toBeVisible();
  await axe(page);
  await dialog.getByLabel("Name").fill("Sam Cho");
  await dialog.getByLabel("Email", { exact: true }).fill(email);
  await dialog.getByLabel("Confirm email").fill(email);
  await dialog.getByLabel("Sees").selectOption("Appointments and invoices");
  await dialog.getByLabel("May", { exact: true }).selectOption("Look only");
  await dialog.getByRole("button", { name: "Save Portal User" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: /Sam Cho/ })).toContainText("Appointments and invoices");
  const phone = await device(PHONE);
  await accept(phone, (await portico.mailFor(email)).link);
  await expect(phone.getByRole("link", { name: "Invoices" })).toBeVisible();
  await expect(phone.getByRole("link", { name: "Records" })).toHaveCount(0);

  const cleo = await addPatient(page, { first: "Cleo" });
  await page.goto(`/console/patients/${cleo.id}/contacts`);
  const link = page.getByLabel("Link User by Email");
  await link.fill(`x${email}`);
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByText("Nobody you know of uses the portal here")).toBeVisible();
  await link.fill(email.toUpperCase());
  await page.getByRole("button", { name: "Find" }).click();
  await expect(page.getByText("already uses the portal here.")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Link to this patient" }).click();
  await expect(dialog.getByLabel("Name")).toHaveValue("Sam Cho");
});

// S2-18, PX-02: what the practice takes away is away at the next look, also with Back; restored, it is there again.
test("portal settings are there once somebody uses the portal; suspended is out at once", async ({ page, device, portico }) => {
  await openConsole(page);
  const email = newEmail();
  const child = await withMother(page, email);
  await expect(page.getByRole("button", { name: "Portal settings" })).toHaveCount(0);
  await inviteMother(page);
  await expect(page.getByRole("button", { name: "Portal settings" })).toHaveCount(0);
  const phone = await device(PHONE);
  await accept(phone, (await portico.mailFor(email)).link);
  const home = phone.url();
  await page.reload();
  await page.getByRole("button", { name: "Portal settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Portal settings" });
  await expect(dialog.getByRole("row", { name: /Ada Vidal/ })).toContainText("Uses the portal");
  await axe(page);
  await dialog.getByRole("button", { name: "Change the access of Ada Vidal" }).click();
  const change = page.getByRole("dialog", { name: "Change the access of Ada Vidal" });
  await change.getByLabel("Sees").selectOption("Appointments and invoices");
  await axe(page);
  await change.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByRole("row", { name: /Ada Vidal/ })).toContainText("Appointments and invoices");
  await phone.goto(`${home}/records`);
  await expect(phone.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
  await phone.goto(home);
  await expect(phone.getByRole("heading", { level: 1, name: `Bo ${child.last}` })).toBeVisible();

  await dialog.getByRole("button", { name: "Suspend the access of Ada Vidal" }).click();
  await page.getByRole("button", { name: "Suspend access" }).click();
  await expect(dialog.getByRole("row", { name: /Ada Vidal/ })).toContainText("Suspended");
  await phone.reload();
  await expect(phone.getByRole("heading", { level: 1, name: "There is nothing here" })).toBeVisible();
  await phone.goBack();
  await expect(phone.getByText(`Bo ${child.last}`)).toHaveCount(0);
  await dialog.getByRole("button", { name: "Restore the access of Ada Vidal" }).click();
  await expect(dialog.getByRole("row", { name: /Ada Vidal/ })).toContainText("Uses the portal");
  await openPortal(phone, email);
});
