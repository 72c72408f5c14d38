// A note's life: written, kept while it is typed, looked at as the patient would see it, published, shared, read, taken back.
import type { Page } from "../../harness/test.js";
import { PHONE, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, SAOIRSE, TOM, accept, addPatient, door, invite, inviteOther, openConsole } from "../../harness/people.js";
import type { Patient } from "../../harness/people.js";

const BODY = "Pain at the right ankle since a fall.\n\nWalks without help.";

/** Lets a practitioner of a low level treat the patient. */
async function grant(desk: Page, patient: Patient, name: string): Promise<void> {
  const { body } = await door(desk, "relationships/practitioners", { patient: patient.id, text: name });
  const [found] = body as { user: string }[];
  const wish = { patient: patient.id, user: found!.user, seen: null, wanted: "granted" };
  expect((await door(desk, "relationships/set", wish)).status).toBe(200);
}

async function write(desk: Page, patient: Patient, title: string): Promise<void> {
  await desk.goto(`/console/patients/${patient.id}/notes`);
  await desk.getByRole("button", { name: "New note" }).click();
  await desk.getByLabel("Title").fill(title);
  await desk.getByLabel("Text").fill(BODY);
}

async function noteSharing(desk: Page, on: boolean): Promise<void> {
  await desk.goto("/console/settings/general");
  await desk.getByRole("button", { name: "Edit Patient Access" }).click();
  await desk.getByRole("dialog").getByLabel("Note Sharing").setChecked(on);
  await desk.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(desk.getByRole("dialog")).toBeHidden();
}

// S0-22, S0-23, B-04, decision 9
test("a note is kept, looked at as the patient, published, shared and read", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  const home = `/portal/${patient.id}`;

  await page.goto(`/console/patients/${patient.id}/notes`);
  await expect(page.getByText("No notes for you here")).toBeVisible();
  await axe(page);
  await write(page, patient, "First appointment");
  await expect(page.getByText("Kept", { exact: true })).toBeVisible();
  await axe(page);
  // Nothing of a draft is in the portal.
  await phone.goto(`${home}/records`);
  await expect(phone.getByText("Nothing has been shared yet")).toBeVisible();
  // A reload loses nothing.
  await page.reload();
  await expect(page.getByLabel("Text")).toHaveValue(BODY);
  await page.getByRole("button", { name: "See it as the patient" }).click();
  const preview = page.getByRole("dialog", { name: "See it as the patient" });
  await expect(preview.getByText("Walks without help.")).toBeVisible();
  await expect(preview.getByText(`${patient.email} (the patient): would see it`)).toBeVisible();
  await axe(page);
  await preview.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByRole("heading", { name: "First appointment" })).toBeVisible();
  await axe(page);
  await phone.reload();
  await expect(phone.getByText("Nothing has been shared yet")).toBeVisible();

  const before = (await portico.mailsTo(patient.email)).length;
  await page.getByRole("button", { name: "Share with the patient" }).click();
  const share = page.getByRole("dialog", { name: "Share with the patient" });
  await axe(page);
  await share.getByLabel("From which day").fill("2020-01-01");
  await share.getByRole("button", { name: "Share" }).click();
  await expect(share.locator("[aria-invalid=true]")).toBeFocused();
  await share.getByLabel("From which day").fill("");
  await share.getByRole("button", { name: "Share" }).click();
  await expect(page.getByText("Shared with the patient since")).toBeVisible();
  const mail = await portico.mailFor(patient.email, before + 1);
  expect(JSON.stringify(mail)).not.toContain("ankle");
  expect(JSON.stringify(mail)).not.toContain("First appointment");

  await phone.goto(home);
  await expect(phone.getByRole("heading", { name: "New in your records" })).toBeVisible();
  await axe(phone);
  await phone.getByRole("link", { name: "Read it" }).click();
  await axe(phone);
  await noSidewaysScroll(phone);
  await expect(phone.getByText("New", { exact: true })).toBeVisible();
  await phone.getByRole("link", { name: "First appointment" }).click();
  await expect(phone.getByText("Walks without help.")).toBeVisible();
  await expect(phone.getByRole("button", { name: "Print" })).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);
  const note = phone.url();
  await phone.goto(home);
  await expect(phone.getByRole("heading", { name: "New in your records" })).toBeHidden();

  // Its author sees who has read it, corrects it, and both versions are kept.
  await page.reload();
  await expect(page.getByText(patient.email).first()).toBeVisible();
  await expect(page.getByText("version 1")).toBeVisible();
  await page.getByRole("button", { name: "Correct" }).click();
  await page.getByLabel("Text").fill("It was the left ankle.");
  await expect(page.getByText("Kept", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Publish the correction" }).click();
  await expect(page.getByText("Version 1", { exact: false }).first()).toBeVisible();
  await axe(page);
  await phone.goto(note);
  await expect(phone.getByText("It was the left ankle.")).toBeVisible();
  await expect(phone.getByText("Changed")).toBeVisible();

  // PT-03: taken back, it is gone at once.
  await page.getByRole("button", { name: "Stop sharing" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop sharing" }).click();
  await expect(page.getByText("Not shared with the patient.")).toBeVisible();
  expect((await phone.goto(note))!.status()).toBe(404);
  await phone.goto(`${home}/records`);
  await expect(phone.getByText("Nothing has been shared yet")).toBeVisible();
});

// S0-39, S0-40, PR-01, PR-03
test("a colleague reads what is shared with them, while the practice shares", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await grant(page, patient, "Saoirse");
  await write(page, patient, "For Saoirse");
  await page.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByRole("heading", { name: "For Saoirse" })).toBeVisible();
  const note = page.url();

  const colleague = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(colleague, SAOIRSE);
  await colleague.goto(note);
  await expect(colleague.getByText("This note is not here, or it is not for you")).toBeVisible();
  await axe(colleague);
  await colleague.goto(`/console/patients/${patient.id}/notes`);
  await expect(colleague.getByText("No notes for you here")).toBeVisible();

  await page.goto(`/console/patients/${patient.id}/notes`);
  await page.getByRole("button", { name: "Share all my notes" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Find a practitioner").fill("Saoirse");
  await dialog.getByRole("button", { name: /Saoirse/ }).click();
  await axe(page);
  await dialog.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialog).toBeHidden();
  await colleague.goto(note);
  await expect(colleague.getByText("Walks without help.")).toBeVisible();
  await expect(colleague.getByRole("button", { name: "Correct" })).toHaveCount(0);

  await noteSharing(page, false);
  await colleague.reload();
  await expect(colleague.getByText("This note is not here, or it is not for you")).toBeVisible();
  await page.goto(note);
  await expect(page.getByText("Note sharing is switched off for your practice")).toBeVisible();
  await expect(page.getByRole("button", { name: "Share with a colleague" })).toHaveCount(0);
  await page.goto(`/console/patients/${patient.id}/notes`);
  await expect(page.getByRole("button", { name: "New note" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Share all my notes" })).toHaveCount(0);
  await noteSharing(page, true);
  await colleague.reload();
  await expect(colleague.getByText("Walks without help.")).toBeVisible();

  // Private, it is nobody's but its author's.
  await page.goto(note);
  await page.getByRole("button", { name: "Keep private" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep private" }).click();
  await expect(page.getByText("Private", { exact: true })).toBeVisible();
  await colleague.reload();
  await expect(colleague.getByText("This note is not here, or it is not for you")).toBeVisible();
});

// B-04: through the eyes of the patient and of who acts for them, before it is shared and afterwards.
test("a note is looked at through the eyes of each person of the portal", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const parent = await inviteOther(page, patient, { role: "edit", level: "clinical" });
  const driver = await inviteOther(page, patient, { role: "edit", level: "administrative" });
  for (const email of [parent, driver]) await accept(await device(PHONE), (await portico.mailFor(email)).link);
  await write(page, patient, "For three to read");
  await expect(page.getByText("Kept", { exact: true })).toBeVisible();
  const preview = page.getByRole("dialog", { name: "See it as the patient" });
  const eyes = preview.getByLabel("Through whose eyes");
  const text = preview.getByText("Walks without help.");
  const look = async (): Promise<void> => {
    await page.getByRole("button", { name: "See it as the patient" }).click();
    await expect(text).toBeVisible();
    // The patient is in no portal yet, and it is shown as it will be.
    await expect(eyes.locator("option:checked")).toHaveText("the patient (not in the portal yet)");
    await eyes.selectOption({ label: `${driver} (acts for the patient)` });
    await expect(text).toBeHidden();
    await expect(preview.getByText("This person sees nothing of it")).toBeVisible();
    await axe(page);
    await eyes.selectOption({ label: `${parent} (acts for the patient)` });
    await expect(text).toBeVisible();
    await expect(preview.getByText("This person sees nothing of it")).toBeHidden();
    await preview.getByRole("button", { name: "Close", exact: true }).last().click();
  };
  await look();
  await page.getByRole("button", { name: "Share with the patient" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Share", exact: true }).click();
  await expect(page.getByText("Shared with the patient since")).toBeVisible();
  await look();
});

test("what is on the screen is what is shown and shared, however lately it was typed", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await write(page, patient, "Typed just now");
  await expect(page.getByText("Kept", { exact: true })).toBeVisible();
  await page.getByLabel("Text").fill("Every last word.");
  await page.getByRole("button", { name: "See it as the patient" }).click();
  const preview = page.getByRole("dialog", { name: "See it as the patient" });
  await expect(preview.getByText("Every last word.")).toBeVisible();
  await preview.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByLabel("Text").fill("Every last word, and one more.");
  await page.getByRole("button", { name: "Share with the patient" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Share", exact: true }).click();
  await expect(page.getByText("Shared with the patient since")).toBeVisible();
  await phone.goto(`/portal/${patient.id}/records`);
  await phone.getByRole("link", { name: "Typed just now" }).click();
  await expect(phone.getByText("Every last word, and one more.")).toBeVisible();
});

test("what is missing is said where it is typed, and an owner takes a note back", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await write(page, patient, "");
  await page.getByRole("button", { name: "Share with the patient" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByLabel("Title")).toBeFocused();
  await expect(page.getByText("Please fill this in.")).toBeVisible();
  await axe(page);

  // PT-03: a colleague's note, taken back by who may do everything; the page that shows it says so by itself.
  const colleague = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(colleague, TOM);
  await write(colleague, patient, "By Tom");
  await colleague.getByRole("button", { name: "Share with the patient" }).click();
  await colleague.getByRole("dialog").getByRole("button", { name: "Share", exact: true }).click();
  await expect(colleague.getByText("Shared with the patient since")).toBeVisible();
  await phone.goto(`/portal/${patient.id}/records`);
  await phone.getByRole("link", { name: "By Tom" }).click();
  await expect(phone.getByText("Walks without help.")).toBeVisible();
  await page.goto(colleague.url());
  await expect(page.getByText("Walks without help.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Correct" })).toHaveCount(0);
  await page.getByRole("button", { name: "Stop sharing" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop sharing" }).click();
  await expect(page.getByRole("button", { name: "Stop sharing" })).toHaveCount(0);
  await expect(phone.getByText("Walks without help.")).toHaveCount(0);
});

// B-07: what was shared is read without scripts.
test.describe("without scripts", () => {
  test("a shared note is read", async ({ page, device, portico, browser }) => {
    await openConsole(page);
    const patient = await addPatient(page);
    const phone = await device(PHONE);
    await accept(phone, await invite(page, portico, patient));
    await write(page, patient, "Plain");
    await page.getByRole("button", { name: "Share with the patient" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Share", exact: true }).click();
    await expect(page.getByText("Shared with the patient since")).toBeVisible();
    const plain = await browser.newContext({ ...PHONE, javaScriptEnabled: false, storageState: await phone.context().storageState() });
    const reader = await plain.newPage();
    await reader.goto(new URL(`/portal/${patient.id}/records`, phone.url()).href);
    await reader.getByRole("link", { name: "Plain" }).click();
    await expect(reader.getByText("Walks without help.")).toBeVisible();
    await expect(reader.getByRole("button", { name: "Print" })).toBeHidden();
    await plain.close();
  });
});

test("who does not treat anybody has no notes, and a draft is thrown away", async ({ page, device }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await write(page, patient, "Not wanted");
  await expect(page.getByText("Kept", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Throw the draft away" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Throw the draft away" }).click();
  await expect(page.getByText("No notes for you here")).toBeVisible();
  const desk = await device({ viewport: { width: 1440, height: 900 } });
  await openConsole(desk, BEN);
  await desk.goto(`/console/patients/${patient.id}`);
  await expect(desk.getByRole("link", { name: "Forms" })).toBeVisible();
  await expect(desk.getByRole("link", { name: "Notes" })).toHaveCount(0);
});

// Words in the text find notes; what was looked for stands in no address, and is there again on the way back.
test("notes are found by their words", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const list = `/console/patients/${patient.id}/notes`;
  for (const [title, body] of [["Gait", "Limps on the left."], ["Diet", "Eats little."]] as const) {
    const form = { title, category: "plan", body };
    const { body: id } = await door(page, "notes/begin", { patient: patient.id, form });
    expect((await door(page, "notes/publish", { patient: patient.id, id, version: 0, form })).status).toBe(200);
  }
  await page.goto(list);
  const row = (title: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name: title }) });
  await expect(row("Diet")).toBeVisible();
  const search = page.getByRole("search", { name: "Search these notes" });
  await search.getByLabel("Words to look for").fill("LIMP left");
  await page.keyboard.press("Enter");
  await expect(row("Diet")).toHaveCount(0);
  await expect(row("Gait")).toBeVisible();
  expect(page.url()).not.toContain("LIMP");
  await axe(page);
  await row("Gait").getByRole("link").click();
  await expect(page.getByText("Limps on the left.")).toBeVisible();
  await page.goBack();
  await expect(search.getByLabel("Words to look for")).toHaveValue("LIMP left");
  await expect(row("Gait")).toBeVisible();
  await expect(row("Diet")).toHaveCount(0);
  // Nothing found, and everything again.
  await search.getByLabel("Words to look for").fill("shoulder");
  await search.getByRole("button", { name: "Search" }).click();
  await expect(page.getByText("No note fits")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "Show all notes" }).click();
  await expect(row("Diet")).toBeVisible();
  await expect(search.getByLabel("Words to look for")).toHaveValue("");
  // An emptied field shows all of them without being sent; another patient's page begins with nothing.
  await search.getByLabel("Words to look for").fill("limps");
  await page.keyboard.press("Enter");
  await expect(row("Diet")).toHaveCount(0);
  await search.getByLabel("Words to look for").fill("");
  await expect(row("Diet")).toBeVisible();
  // Without the network nothing is lost, and it can be tried again.
  await search.getByLabel("Words to look for").fill("eats");
  await page.context().setOffline(true);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(row("Diet")).toBeVisible();
  await expect(row("Gait")).toHaveCount(0);
});
