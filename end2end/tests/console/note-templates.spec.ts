// Templates of notes: written in Settings, and what a note begins with.
import { axe, expect, test } from "../../harness/test.js";
import { TOM, addPatient, door, openConsole } from "../../harness/people.js";

test("a template is written, begins a note, is changed and removed", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const name = `Outline ${Date.now()}`;
  await page.goto("/console/settings/templates");
  await page.getByRole("button", { name: "New note template" }).click();
  const dialog = page.getByRole("dialog", { name: "New note template" });
  await axe(page);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Name")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Kind").selectOption({ label: "Assessment" });
  await dialog.getByLabel("Text").fill("About {{patient.address}}");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Text")).toHaveAttribute("aria-invalid", "true");
  await axe(page);
  await dialog.getByLabel("Text").fill("About ");
  await dialog.getByRole("button", { name: "Patient's full name" }).click();
  await expect(dialog.getByLabel("Text")).toHaveValue("About {{patient.full_name}}");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row.getByText("Assessment")).toBeVisible();
  await axe(page);

  await page.goto(`/console/patients/${patient.id}/notes`);
  await page.getByRole("button", { name: "Begin with a template" }).click();
  const choosing = page.getByRole("dialog", { name: "Begin with a template" });
  await expect(choosing.getByRole("button", { name })).toBeVisible();
  await axe(page);
  await choosing.getByRole("button", { name }).click();
  await expect(page.getByLabel("Text")).toHaveValue(/^About .+/);
  await expect(page.getByLabel("Text")).not.toHaveValue(/\{\{/);
  await expect(page.getByLabel("Title")).toHaveValue(name);
  await axe(page);

  await page.goto("/console/settings/templates");
  await row.getByRole("button", { name: `Edit ${name}` }).click();
  const change = page.getByRole("dialog", { name: "Edit note template" });
  await expect(change.getByLabel("Text")).toHaveValue("About {{patient.full_name}}");
  await change.getByLabel("Text").fill("Today is {{today}}");
  await change.getByRole("button", { name: "Save" }).click();
  await expect(change).toBeHidden();
  await row.getByRole("button", { name: `Remove ${name}` }).click();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "Remove this template" }).click();
  await expect(row).toBeHidden();
});

// RC-05: the second of two is told, and what it typed is still there.
test("two devices change one template", async ({ page, device }) => {
  await openConsole(page);
  const form = { name: `Outline ${Date.now()}`, category: "plan", body: "One" };
  const { body: id } = await door(page, "note_templates/add", { form });
  await page.goto("/console/settings/templates");
  await page.getByRole("button", { name: `Edit ${form.name}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit note template" });
  await dialog.getByLabel("Text").fill("Mine");
  const other = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(other);
  expect((await door(other, "note_templates/save", { id, version: 0, form: { ...form, body: "Theirs" } })).status).toBe(200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Somebody else wrote “Theirs”.", { exact: false })).toBeVisible();
  await axe(page);
  await expect(dialog.getByLabel("Text")).toHaveValue("Mine");
});

// Whoever writes notes and manages nothing begins with what there is.
test("a colleague begins with a template that somebody else wrote", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const form = { name: `Outline ${Date.now()}`, category: "plan", body: "For {{patient.first_name}}" };
  expect((await door(page, "note_templates/add", { form })).status).toBe(200);
  const desk = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(desk, TOM);
  await desk.goto(`/console/patients/${patient.id}/notes`);
  await desk.getByRole("button", { name: "Begin with a template" }).click();
  await desk.getByRole("dialog").getByRole("button", { name: form.name }).click();
  await expect(desk.getByLabel("Text")).toHaveValue(/^For .+/);
});
