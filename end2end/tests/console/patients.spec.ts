// The list of patients, the profile, contacts, and the search field in the top bar.
import { axe, expect, noSidewaysScroll, settled, test } from "../../harness/test.js";
import { SAOIRSE, addPatient, door, openConsole, openProfile } from "../../harness/people.js";

test("a patient is added, edited and found again", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/patients/new");
  await axe(page);
  const last = `Añez${process.pid}`;
  await page.getByLabel("Legal first name").fill("José");
  await page.getByLabel("Legal last name").fill(last);
  await page.getByLabel("Email").fill("jose@example.org");
  await page.getByRole("button", { name: "Add a patient" }).or(page.getByRole("button", { name: "Save" })).click();
  await expect(page.getByRole("heading", { level: 1, name: `José ${last}` })).toBeVisible();
  await axe(page);

  await page.getByRole("button", { name: "Edit" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Edit patient" });
  await axe(page);
  await dialog.getByLabel("Preferred name").fill("Pepe");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /Pepe/ })).toBeVisible();

  // Accents and case do not matter.
  await page.goto(`/console/patients?text=${last.replace("ñ", "n").toLowerCase()}`);
  await expect(page.getByRole("link", { name: new RegExp(last) })).toBeVisible();
  await expect(page.getByText("1 patient", { exact: true })).toBeVisible();
  await axe(page);
});

test("what is wrong with a form stands at its field", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/patients/new");
  await page.getByLabel("Legal last name").fill("Nobody");
  await page.getByLabel("Email").fill("not an address");
  await page.getByRole("button", { name: "Add a patient" }).or(page.getByRole("button", { name: "Save" })).click();
  await expect(page.getByText("This is not an email address.")).toBeVisible();
  await expect(page.getByText("Please fill this in.")).toBeVisible();
  await expect(page.getByLabel("Legal last name")).toHaveValue("Nobody");
  await axe(page);
});

test("contacts are added, changed and removed", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await page.goto(`/console/patients/${patient.id}/contacts`);
  await page.getByRole("button", { name: "Add a contact" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a contact" });
  await dialog.getByLabel("Name").fill("Tama Ruru");
  await dialog.getByLabel("Relationship").fill("Brother");
  await dialog.getByLabel("Call this person in an emergency").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("row", { name: /Tama Ruru/ });
  await expect(row).toContainText("Brother");
  await expect(row).toContainText("Emergency");
  await axe(page);
  await row.getByRole("button", { name: "Remove Tama Ruru" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove this contact" }).click();
  await expect(row).toHaveCount(0);
});

// RC-05: two people change the same record; nothing typed is lost, nothing saved is undone.
test("a record that somebody else changed meanwhile is saved all the same", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  await page.getByRole("button", { name: "Edit" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Edit patient" });
  await dialog.getByLabel("Suburb or city").fill("Lyttelton");
  const { body } = await door(page, "patients/profile", { id: patient.id });
  const { version } = body as { version: number };
  const theirs = { legal_first: patient.first, legal_last: patient.last, email: patient.email, city: "Akaroa", postcode: "7520", gender: "unknown", status: "active" };
  expect((await door(page, "patients/save", { id: patient.id, version, form: theirs })).status).toBe(200);

  // A reload in between: the draft was typed over the older version, and the form says so.
  await page.reload();
  await page.getByRole("button", { name: "Edit" }).first().click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(dialog.getByLabel("Suburb or city")).toHaveValue("Lyttelton");
  await expect(dialog.getByText("Somebody else wrote \u201cAkaroa\u201d.")).toBeVisible();
  await expect(dialog.getByLabel("Postcode")).toHaveValue("7520");
  await axe(page);
  expect((await door(page, "patients/save", { id: patient.id, version: version + 1, form: { ...theirs, mobile: "021 000 111" } })).status).toBe(200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(dialog.getByLabel("Mobile")).toHaveValue("021 000 111");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("Lyttelton").first()).toBeVisible();
  await expect(page.getByText("021 000 111").first()).toBeVisible();
});

test("a contact that somebody else changed or removed meanwhile", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const form = { name: "Tama Ruru", relationship: "Brother", phone: "021 222 333" };
  const { body: contact } = await door(page, "patients/add_contact", { id: patient.id, form });
  await page.goto(`/console/patients/${patient.id}/contacts`);
  await page.getByRole("button", { name: "Edit Tama Ruru" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit contact" });
  await dialog.getByLabel("Relationship").fill("Half-brother");
  const { body } = await door(page, "patients/contacts", { id: patient.id });
  const { version } = (body as { version: number }[])[0]!;
  const theirs = { ...form, phone: "021 444 555" };
  expect((await door(page, "patients/save_contact", { id: patient.id, contact, version, form: theirs })).status).toBe(200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(dialog.getByLabel("Relationship")).toHaveValue("Half-brother");
  await expect(dialog.getByLabel("Phone")).toHaveValue("021 444 555");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: /Tama Ruru/ })).toContainText("Half-brother");
  await expect(page.getByRole("row", { name: /Tama Ruru/ })).toContainText("021 444 555");
});

test("the search field works by keyboard from any page", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const found = page.getByRole("listbox", { name: "Patients" }).getByRole("option");
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await expect(page.getByRole("heading", { level: 1, name: "Patients" })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type(patient.last);
  await expect(found.filter({ hasText: patient.last })).toBeVisible();
  await axe(page);
  await page.keyboard.press("Escape");
  await expect(found).toHaveCount(0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(patient.last) })).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("zzzzqqqq");
  await expect(page.getByText("No patient found.").first()).toBeVisible();
});

test("who may not see a patient is told that there is none", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const other = await device();
  await openConsole(other, SAOIRSE);
  await other.goto(`/console/patients/${patient.id}`);
  await expect(other.getByRole("heading", { level: 1, name: "No such patient" })).toBeVisible();
  await other.getByRole("combobox", { name: "Search Patients" }).fill(patient.last);
  await expect(other.getByText("No patient found.").first()).toBeVisible();
});

// B-08: every page of the console, light and dark, and on a narrow screen.
test("every page of the console is accessible and does not scroll sideways", async ({ page }) => {
  test.setTimeout(300_000);
  await openConsole(page);
  const patient = await addPatient(page);
  const pages = [
    "/console",
    "/console/patients",
    "/console/patients/new",
    `/console/patients/${patient.id}`,
    `/console/patients/${patient.id}/contacts`,
    `/console/patients/${patient.id}/access`,
    "/console/notifications",
    "/console/settings",
    "/console/settings/general",
    "/console/settings/templates",
    "/console/settings/mail",
    "/console/account",
    "/console/there/is/no/such/page",
  ];
  for (const path of pages) {
    await page.goto(path);
    await settled(page);
    await axe(page);
    await noSidewaysScroll(page, 390);
  }
});

test("what was typed is still there after an unwanted reload", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  await page.getByRole("button", { name: "Edit" }).first().click();
  await page.getByRole("dialog").getByLabel("Suburb or city").fill("Ōtautahi");
  await page.reload();
  await page.getByRole("button", { name: "Edit" }).first().click();
  await expect(page.getByRole("dialog").getByText("This is what you typed earlier.")).toBeVisible();
  await expect(page.getByRole("dialog").getByLabel("Suburb or city")).toHaveValue("Ōtautahi");
});
