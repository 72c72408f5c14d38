// Forms in the console: written, previewed, published, sent, read when they came back, taken back.
import { execFileSync } from "node:child_process";

import { axe, expect, PHONE, test } from "../../harness/test.js";
import { LIEN, accept, addPatient, door, invite, openConsole, openProfile } from "../../harness/people.js";

const QUESTIONS = [
  { key: "reason", label: "What brings you to us?", kind: "long_text", required: true },
  { key: "side", label: "Which side?", kind: { choice: { options: ["Left", "Right"] } } },
];
const draft = (title: string) => ({ title, definition: { sections: [{ title: "About you", questions: QUESTIONS }] } });

// S3-13
test("a form is written, looked at, published, changed and put away", async ({ page }) => {
  test.setTimeout(120_000);
  await openConsole(page);
  await page.goto("/console/settings/forms");
  await expect(page.getByRole("row", { name: /New patient questionnaire/ })).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "New form" }).click();
  const title = `Intake ${process.pid} <b>&`;
  await page.getByRole("dialog").getByLabel("Title").fill(title);
  await page.getByRole("dialog").getByRole("button", { name: "Add form" }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();

  await page.getByRole("button", { name: "Add a section" }).click();
  await page.getByLabel("Heading of the section").fill("About you");
  const first = page.getByRole("listitem", { name: "Question 1" });
  await first.getByLabel("Question", { exact: true }).fill("What brings you to us?");
  await first.getByLabel("Answered by").selectOption("Several lines of text");
  await first.getByLabel("Must be answered").check();
  await page.getByRole("button", { name: "Add a question" }).click();
  const second = page.getByRole("listitem", { name: "Question 2" });
  await second.getByLabel("Answered by").selectOption("Any of several options");
  await second.getByLabel("Options").fill("Pain\nFever\n");

  // All that is wrong at once, beside the fields; nothing typed is lost.
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(second.getByText("Please fill this in.")).toBeVisible();
  await expect(second.getByLabel("Question", { exact: true })).toBeFocused();
  await axe(page);
  await page.reload();
  await expect(page.getByText("This is what you typed earlier.")).toBeVisible();
  await expect(second.getByLabel("Options")).toHaveValue("Pain\nFever\n");
  await second.getByLabel("Question", { exact: true }).fill("What else do you have?");

  // By keyboard: what was typed goes along.
  await second.getByRole("button", { name: "Move question 2 up" }).press("Enter");
  await expect(first.getByLabel("Question", { exact: true })).toHaveValue("What else do you have?");
  await first.getByRole("button", { name: "Move question 1 down" }).press("Enter");
  await page.getByRole("button", { name: "Preview" }).click();
  const preview = page.getByRole("dialog", { name: "Preview" });
  await expect(preview.getByLabel("What brings you to us?")).toBeVisible();
  await expect(preview.getByRole("checkbox", { name: "Fever" })).toBeVisible();
  await axe(page);
  await preview.locator("footer").getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("Published, version 1")).toBeVisible();

  await page.getByRole("button", { name: "Remove question 2" }).click();
  await expect(page.getByRole("listitem", { name: "Question 2" })).toHaveCount(0);
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page.getByText("Version 1 published, changed since")).toBeVisible();
  await page.getByRole("button", { name: "Put away" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Put this form away" }).click();
  await expect(page.getByText("This form was put away.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await axe(page);

  // And used again, unless its title was given to another one meanwhile.
  const { body: other } = await door(page, "forms/add", { form: draft(title) });
  await page.getByRole("button", { name: "Use it again" }).click();
  const again = page.getByRole("dialog", { name: "Use this form again?" });
  await again.getByRole("button", { name: "Use it again" }).click();
  await expect(again.getByText("Another form is called that now.")).toBeVisible();
  await axe(page);
  expect((await door(page, "forms/archive", { id: other, version: 0 })).status).toBe(200);
  await again.getByRole("button", { name: "Use it again" }).click();
  await expect(page.getByRole("button", { name: "Publish" })).toBeVisible();
  await expect(page.getByText("This form was put away.")).toHaveCount(0);
});

// S3-13, S3-14, S3-30
test("a form is sent from the profile, comes back, and is read", async ({ page, device, portico }) => {
  test.setTimeout(120_000);
  await openConsole(page);
  const patient = await addPatient(page);
  const title = `Questions ${patient.last}`;
  const { body: id } = await door(page, "forms/add", { form: draft(title) });
  expect((await door(page, "forms/publish", { id, version: 0, form: draft(title) })).status).toBe(200);
  await openProfile(page, patient);
  await page.getByRole("link", { name: "Forms", exact: true }).click();
  await expect(page.getByText("No forms were sent")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Send a form" }).click();
  await expect(page.getByRole("dialog").getByText("Nobody uses this patient's portal yet")).toBeVisible();
  await page.keyboard.press("Escape");

  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await page.getByRole("button", { name: "Send a form" }).click();
  const dialog = page.getByRole("dialog", { name: "Send a form" });
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await expect(dialog.locator(".field-error").first()).toBeVisible();
  await dialog.getByLabel(title).check();
  await dialog.getByLabel("Message").fill("Before <i>Tuesday</i>, please");
  await axe(page);
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("row", { name: new RegExp(title) })).toContainText("Sent");

  await phone.goto(`/portal/${patient.id}/forms`);
  await expect(phone.getByText("Before <i>Tuesday</i>, please")).toBeVisible();
  await phone.getByRole("link", { name: title }).click();
  await phone.getByLabel("What brings you to us?").fill("My <script>knee</script>");
  await phone.getByRole("radio", { name: "Left" }).check();
  await phone.getByRole("button", { name: "Return to the practice" }).click();
  await expect(phone.getByText("You returned this form on")).toBeVisible();

  // Whoever sent it hears the bell, which leads there.
  await page.goto("/console/notifications");
  await page.getByRole("link", { name: new RegExp(`A form about ${patient.first} ${patient.last} came back`) }).first().click();
  await page.getByRole("button", { name: `Read the answers to ${title}` }).click();
  const answers = page.getByRole("dialog", { name: "Answers" });
  await expect(answers.getByText("My <script>knee</script>")).toBeVisible();
  await expect(answers.getByText("Left", { exact: true })).toBeVisible();
  await axe(page);

  // Without a network: said where one looks, and not behind the dialog.
  await answers.getByRole("button", { name: "Download PDF" }).click();
  const question = page.getByRole("dialog", { name: "Download these answers?" });
  await page.context().setOffline(true);
  await question.getByRole("button", { name: "Download PDF" }).click();
  await expect(question.getByRole("alert")).toContainText("There is no connection");
  await axe(page);
  await page.context().setOffline(false);

  // On paper: whom it is about, what was asked, what was answered; what was typed is text.
  const coming = page.waitForEvent("download");
  await question.getByRole("button", { name: "Download PDF" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe(`${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.pdf`);
  const file = await download.path();
  await expect(question).toBeHidden();
  await expect(answers.getByRole("button", { name: "Download PDF" })).toBeFocused();
  expect(execFileSync("pdfinfo", [file]).toString()).toMatch(/Tagged: +yes/);
  const paper = execFileSync("pdftotext", [file, "-"]).toString();
  for (const text of [title, `About ${patient.first} ${patient.last}`, "What brings you to us?", "My <script>knee</script>", "Left"]) {
    expect(paper).toContain(text);
  }

  // A mail said that something waits, and not what.
  const mail = await portico.mailFor(patient.email, 2);
  expect(mail.subject).toContain("asks you to fill something in");
  expect(mail.text).not.toContain(title);
  expect(mail.text).not.toContain(patient.first);
});

// PT-14
test("a form is taken back", async ({ page }) => {
  await openConsole(page);
  const { body: found } = await door(page, "patients/search", { text: LIEN.name });
  const [lien] = found as { id: string }[];
  await page.goto(`/console/patients/${lien!.id}/forms`);
  const row = page.getByRole("row", { name: /New patient questionnaire/ });
  await row.getByRole("button", { name: "Take back New patient questionnaire" }).click();
  await axe(page);
  await page.getByRole("dialog").getByRole("button", { name: "Take this form back" }).click();
  await expect(row).toContainText("Taken back");
});
