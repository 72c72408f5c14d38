// Forms on a phone: asked, filled in with and without scripts, kept, refused with what is wrong, returned.
import { axe, DESK, expect, noSidewaysScroll, test, type Page } from "../../harness/test.js";
import { accept, addPatient, door, invite, openConsole, type Patient } from "../../harness/people.js";
import type { Server } from "../../harness/server.js";

const QUESTIONS = [
  { key: "reason", label: "What brings you to us? </label><script>", kind: "long_text", required: true, help: "In your own words." },
  { key: "side", label: "Which side?", kind: { choice: { options: ["Left", "Right"] } } },
  { key: "signs", label: "What do you notice?", kind: { choices: { options: ["Pain", "Fever"] } }, required: true },
  { key: "weight", label: "Weight", kind: { number: { least: "2", most: "300", unit: "kg" } } },
  { key: "since", label: "Since when?", kind: "date" },
  { key: "smokes", label: "Do you smoke?", kind: "yes_no", required: true },
  { key: "name", label: "Your full name", kind: "signature", required: true },
];

/** A patient who is asked for a form, on the page that lists it; the desk stays open. */
async function asked(page: Page, desk: Page, portico: Server, look = axe): Promise<{ patient: Patient; title: string }> {
  await openConsole(desk);
  const patient = await addPatient(desk);
  const title = `Questions ${patient.last}`;
  const form = { title, definition: { sections: [{ title: "About you", questions: QUESTIONS }] } };
  const { body: id } = await door(desk, "forms/add", { form });
  expect((await door(desk, "forms/publish", { id, version: 0, form })).status).toBe(200);
  await accept(page, await invite(desk, portico, patient));
  const { body: start } = await door(desk, "forms/send_start", { patient: patient.id });
  const { people } = start as { people: { grant: string }[] };
  const send = { to: people[0]!.grant, forms: [id], message: "Please, before you come." };
  expect((await door(desk, "forms/send", { patient: patient.id, form: send })).status).toBe(200);
  await page.goto(`/portal/${patient.id}`);
  await expect(page.getByText("One form waits for you to fill in.")).toBeVisible();
  await look(page);
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: "Go to your forms" }).click();
  await expect(page.getByText("Please, before you come.")).toBeVisible();
  await look(page);
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  return { patient, title };
}

async function fillIn(page: Page, title: string, look = axe): Promise<void> {
  await look(page);
  await noSidewaysScroll(page);
  await page.getByLabel("Weight").fill("a lot");
  await page.getByRole("radio", { name: "Right" }).check();
  await page.getByRole("button", { name: "Save and go on later" }).click();
  await expect(page.getByText("Not returned yet. Saved on")).toBeVisible();
  await page.getByRole("link", { name: title }).click();
  await expect(page.getByLabel("Weight")).toHaveValue("a lot");
  await expect(page.getByRole("radio", { name: "Right" })).toBeChecked();

  // Refused: all that is wrong at the top, with ways there, and beside each; nothing typed is lost.
  await page.getByRole("button", { name: "Return to the practice" }).click();
  const alert = page.getByRole("alert").filter({ hasText: "The form is not returned yet" });
  await expect(alert.getByRole("link")).toHaveCount(5);
  await expect(page.getByLabel("Weight")).toHaveValue("a lot");
  await expect(page.getByRole("radiogroup", { name: "Do you smoke?" })).toHaveAttribute("aria-invalid", "true");
  await look(page);
  await noSidewaysScroll(page);
  await alert.getByRole("link", { name: "Weight" }).click();
  await expect(page.getByLabel("Weight")).toBeFocused();

  await page.getByLabel("Weight").fill("62,5");
  await page.getByLabel(/What brings you/).fill("<b>Knee</b>\nleft");
  await page.getByRole("checkbox", { name: "Fever" }).check();
  await page.getByRole("radiogroup", { name: "Do you smoke?" }).getByRole("radio", { name: "No", exact: true }).check();
  await page.getByLabel("Since when?").fill("2026-02-01");
  await page.getByLabel("Your full name").fill("Ngaire Test");
  await page.getByRole("button", { name: "Return to the practice" }).click();
  await expect(page.getByText("You returned this form on")).toBeVisible();
  await expect(page.getByText("62.5 kg")).toBeVisible();
  await expect(page.getByText("<b>Knee</b>")).toBeVisible();
  await expect(page.getByRole("textbox")).toHaveCount(0);
  await look(page);
  await noSidewaysScroll(page);
  await page.getByRole("link", { name: "All forms" }).click();
  await expect(page.getByRole("heading", { name: "Returned" })).toBeVisible();
  await expect(page.getByText("Returned on")).toBeVisible();
}

// S3-13, S3-14, S3-30
test("a form is filled in and returned", async ({ page, device, portico }) => {
  test.setTimeout(120_000);
  const { title } = await asked(page, await device(DESK), portico);
  await fillIn(page, title);
});

test("what is typed is kept by itself, and the page says when", async ({ page, device, portico }) => {
  test.setTimeout(120_000);
  await asked(page, await device(DESK), portico);
  // The page is awake.
  await expect(page.getByRole("button", { name: "Print" })).toBeVisible();
  await page.getByLabel(/What brings you/).fill("Half a sent");
  await expect(page.getByText(/^Saved at \d\d:\d\d$/)).toBeVisible({ timeout: 15_000 });
  await page.reload();
  await expect(page.getByLabel(/What brings you/)).toHaveValue("Half a sent");
});

// S3-13: an empty form on paper.
test("an empty form can be printed", async ({ page, device, portico }) => {
  test.setTimeout(120_000);
  await asked(page, await device(DESK), portico);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(page.getByRole("button", { name: "Return to the practice" })).toBeHidden();
  await expect(page.getByLabel("Weight")).toBeVisible();
  await expect(page.getByText("Which side?")).toBeVisible();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  // S3-14
  test("a form is filled in and returned", async ({ page, device, portico }) => {
    test.setTimeout(120_000);
    // axe is a script itself: the same pages are looked at above.
    const unseen = async () => {};
    const { title } = await asked(page, await device(DESK), portico, unseen);
    await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
    await fillIn(page, title, unseen);
  });
});

// PT-14: somebody else's.
test("another person's form is not there", async ({ page, device, portico }) => {
  test.setTimeout(120_000);
  const desk = await device(DESK);
  const { patient } = await asked(page, desk, portico);
  const theirs = page.url();
  const other = await addPatient(desk);
  const stranger = await device();
  await accept(stranger, await invite(desk, portico, other));
  for (const address of [theirs, theirs.replace(patient.id, other.id)]) {
    expect((await stranger.goto(address))!.status()).toBe(404);
  }
});
