// Communication templates: made, previewed with a real patient, changed, removed; an unknown field is refused.
import { axe, expect, test } from "../../harness/test.js";
import { BEN, addPatient, door, openConsole } from "../../harness/people.js";

// S1-10
test("a template is made with merge fields, previewed and chosen from the list", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page, { first: "Mataio" });
  await page.goto("/console/settings/templates");
  await axe(page);
  await page.getByRole("button", { name: "New template" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New template" });
  const name = `Autumn ${process.pid}`;
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Text", { exact: true }).fill("Kia ora ");
  await dialog.getByRole("button", { name: "Patient's first name" }).click();
  await expect(dialog.getByLabel("Text", { exact: true })).toHaveValue("Kia ora {{patient.first_name}}");

  await dialog.getByLabel("Preview with").fill(patient.last);
  await dialog.getByText(new RegExp(patient.last)).first().click();
  await expect(dialog.getByText("Kia ora Mataio")).toBeVisible();
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toBeVisible();

  await page.getByRole("button", { name: `Remove ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove this template" }).click();
  await expect(page.getByRole("row", { name: new RegExp(name) })).toHaveCount(0);
});

test("a template is changed, by two people at once", async ({ page }) => {
  await openConsole(page);
  const name = `Winter ${process.pid}`;
  const { body: id } = await door(page, "templates/add", { form: { name, body: "Hello" } });
  await page.goto("/console/settings/templates");
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit template" });
  const text = dialog.getByLabel("Text", { exact: true });
  await expect(text).toHaveValue("Hello");
  await text.fill("Hello, {{patient.first_name}}.");
  await axe(page);
  expect((await door(page, "templates/save", { id, version: 0, form: { name: `${name} new`, body: "Hi" } })).status).toBe(200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else changed this meanwhile")).toBeVisible();
  await expect(text).toHaveValue("Hello, {{patient.first_name}}.");
  await expect(dialog.getByText("Somebody else wrote \u201cHi\u201d.")).toBeVisible();
  await expect(dialog.getByLabel("Name")).toHaveValue(`${name} new`);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: `${name} new` })).toContainText("Hello, {{patient.first_name}}.");
});

// S1-10: refused at saving, not when the mail leaves.
test("an unknown merge field is refused at saving", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/settings/templates");
  await page.getByRole("button", { name: "New template" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New template" });
  await dialog.getByLabel("Name").fill("Wrong");
  await dialog.getByLabel("Text", { exact: true }).fill("Born on {{patient.birth_date}}");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText(/does not exist\. There are patient\.first_name/)).toBeVisible();
  await expect(dialog.getByLabel("Text", { exact: true })).toHaveValue("Born on {{patient.birth_date}}");
});

test("a name that is taken is refused", async ({ page }) => {
  await openConsole(page);
  await page.goto("/console/settings/templates");
  await page.getByRole("button", { name: "New template" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New template" });
  await dialog.getByLabel("Name").fill("Welcome");
  await dialog.getByLabel("Text", { exact: true }).fill("Hello");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Another one has this name already.")).toBeVisible();
});

test("a receptionist cannot make one", async ({ page }) => {
  await openConsole(page, BEN);
  expect((await door(page, "templates/add", { form: { name: "Mine", body: "Hello" } })).status).toBe(403);
});
