// What is typed on the phone outlives a lost network, a refusal and a session that ran out; what was saved or signed out of is
// forgotten.
import type { Page } from "../../harness/test.js";
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { PASSWORD, accept, addPatient, door, invite, openConsole, typeSignIn } from "../../harness/people.js";

const drafts = (page: Page): Promise<number> =>
  page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("draft.")).length);

test("what was typed is still there, until it is saved or somebody signs out", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  const details = `/portal/${patient.id}/details`;
  await page.goto(details);
  await page.getByLabel("Suburb or city").fill("Balmain");
  await page.getByLabel("Smoking").fill("Not since 2009\nand never again");
  // No network: the page cannot be sent. It comes back, and so does what was typed.
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Send the changes" }).click().catch(() => undefined);
  await page.context().setOffline(false);
  await page.goto(details);
  await expect(page.getByText("What you typed before is still here.")).toBeVisible();
  await expect(page.getByLabel("Suburb or city")).toHaveValue("Balmain");
  await expect(page.getByLabel("Smoking")).toHaveValue("Not since 2009\nand never again");
  await axe(page);
  await noSidewaysScroll(page);
  // The session ends elsewhere: after signing in again it is there.
  const other = await device();
  await other.goto("/sign-in");
  await typeSignIn(other, patient.email, PASSWORD);
  await other.goto("/portal/account");
  await other.getByRole("button", { name: /^Sign out .*phone|^Sign out / }).first().click();
  await page.goto(details);
  await typeSignIn(page, patient.email, PASSWORD);
  await expect(page).toHaveURL(new RegExp(`${details}$`));
  await expect(page.getByLabel("Suburb or city")).toHaveValue("Balmain");
  // A refusal keeps it; what is put right is sent and then forgotten.
  await page.getByLabel("Mobile").fill("none");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("This is not a telephone number.")).toBeVisible();
  await expect(page.getByLabel("Suburb or city")).toHaveValue("Balmain");
  await page.getByLabel("Mobile").fill("0491 570 156");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  // What is typed from here on is a draft again, also when this page is loaded anew.
  await page.getByLabel("Country").fill("Australia");
  await page.reload();
  await expect(page.getByLabel("Country")).toHaveValue("Australia");
  await page.getByRole("button", { name: "Start again" }).click();
  await expect(page.getByLabel("Country")).toHaveValue("");
  await page.goto(details);
  await expect(page.getByText("What you typed before is still here.")).toBeHidden();
  // "Start again" shows what the server knows.
  await page.getByLabel("Postcode").fill("2041");
  await page.reload();
  await expect(page.getByLabel("Postcode")).toHaveValue("2041");
  await page.getByRole("button", { name: "Start again" }).click();
  await expect(page.getByLabel("Postcode")).toHaveValue("");
  // The sign-in page, opened from a mail, forgets nothing: nobody signed out.
  await page.getByLabel("Postcode").fill("2042");
  const tab = await page.context().newPage();
  await tab.goto("/sign-in");
  await tab.goto(`${details}`);
  await tab.getByLabel("Country").fill("Australia");
  await tab.goto(`/portal/${patient.id}`);
  for (const one of [page, tab]) expect(await drafts(one)).toBe(1);
  // Whoever signs out leaves nothing: in this tab, in one that is open, and in one that was asleep.
  const asleep = await page.context().newPage();
  await asleep.goto(details);
  await asleep.getByLabel("Country").fill("Australia");
  await asleep.goto("about:blank");
  await page.goto("/portal/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out. Nothing you typed is kept on this device.")).toBeVisible();
  await expect(page).toHaveURL(/\/sign-in$/);
  await axe(page);
  for (const one of [page, tab]) await expect.poll(() => drafts(one)).toBe(0);
  await typeSignIn(page, patient.email, PASSWORD);
  await asleep.goto(details);
  await expect(asleep.getByLabel("Country")).toHaveValue("");
  expect(await drafts(asleep)).toBe(0);
});

// B-03: what the practice changed while the draft lay there is not overwritten unseen.
test("a draft of an older page is a conflict, not an overwrite", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await page.goto(`/portal/${patient.id}/details`);
  await page.getByLabel("Suburb or city").fill("Balmain");
  const profile = (await door(desk, "patients/profile", { id: patient.id })).body as { version: number };
  const form = { legal_first: patient.first, legal_last: patient.last, email: patient.email, birth_date: "1984-02-29", city: "Glebe" };
  expect((await door(desk, "patients/save", { id: patient.id, version: profile.version, form })).status).toBe(200);
  await page.reload();
  await expect(page.getByLabel("Suburb or city")).toHaveValue("Balmain");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  await desk.goto(`/console/patients/${patient.id}/updates`);
  await expect(desk.getByText("This was changed here since the patient looked.")).toBeVisible();
});

// One contact's form is not another's, and what belongs to somebody else's grant is gone when they come.
test("drafts are each form's own, and each person's", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  const contacts = `/portal/${patient.id}/contacts`;
  await page.goto(`${contacts}/new`);
  await page.getByLabel("Name").fill("Kim");
  await page.getByLabel("Who they are to you").fill("Sister");
  await page.getByLabel("Telephone").fill("0491 570 156");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  await page.goto(`${contacts}/new`);
  await expect(page.getByLabel("Name")).toHaveValue("");
  await page.getByLabel("Name").fill("Ada");
  await page.goto(contacts);
  await page.getByRole("link", { name: "Change Kim" }).click();
  await expect(page.getByLabel("Name")).toHaveValue("Kim");
  await page.getByLabel("Telephone").fill("0491 570 157");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  await page.goto(`${contacts}/new`);
  await expect(page.getByLabel("Name")).toHaveValue("Ada");
  // The session ends; another person signs in on this tab.
  const other = await addPatient(desk);
  const elsewhere = await device();
  await accept(elsewhere, await invite(desk, portico, other));
  await page.context().clearCookies();
  await page.goto(`/sign-in?next=${contacts}`);
  await typeSignIn(page, other.email, PASSWORD);
  await page.goto(`/portal/${other.id}/details`);
  expect(await drafts(page)).toBe(0);
});
