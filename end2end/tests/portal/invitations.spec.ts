// Behind an invitation's link: accepting, with and without scripts, and every way in which a link can be dead.
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { LIEN, MIRA, PASSWORD, PRACTICE, accept, addPatient, door, invite, newEmail, openConsole, openPortal } from "../../harness/people.js";

test("a weak password is refused with what helps, a good one opens the portal", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const link = await invite(desk, portico, patient);
  await page.goto(link);
  await axe(page);
  await noSidewaysScroll(page);
  for (const [password, words] of [
    ["short", "Please use at least 10 characters."],
    ["passwordpassword", "This password is too easy to guess."],
    [patient.email, "This password is too easy to guess."],
  ]) {
    await page.getByLabel("Password", { exact: true }).fill(password!);
    await page.getByRole("button", { name: "Accept and open the portal" }).click();
    await expect(page.getByText(words!)).toBeVisible();
    await axe(page);
  }
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Accept and open the portal" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
});

test("a link works once", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const link = await invite(desk, portico, patient);
  await accept(page, link);
  const other = await device();
  await other.goto(link);
  await expect(other.getByRole("heading", { level: 1, name: "This invitation was accepted" })).toBeVisible();
  await expect(other.locator("body")).not.toContainText(patient.last);
  await axe(other);
  await other.getByRole("link", { name: "Sign in" }).click();
  await expect(other).toHaveURL(/\/sign-in/);
});

// S3-20, product decision 2: the page names the practice, tells nothing else, and mails a fresh link on request.
test("an expired link offers a fresh one by mail", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const link = await invite(desk, portico, patient);
  portico.expireInvitations(patient.email);
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1, name: "This link has expired" })).toBeVisible();
  await expect(page.locator("body")).toContainText(PRACTICE);
  await expect(page.locator("body")).not.toContainText(patient.last);
  await expect(page.locator("body")).not.toContainText(patient.email);
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByRole("button", { name: "Send me a fresh link" }).click();
  await expect(page).toHaveURL(/\/fresh-link-sent/);
  await axe(page);
  const fresh = await portico.mailFor(patient.email, 2);
  expect(fresh.link).not.toBe(link);
  await accept(page, fresh.link);
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
});

test("a link that was taken back says so, and one that never was names nobody", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const link = await invite(desk, portico, patient);
  const { body } = await door(desk, "invitations/list", { patient: patient.id, page: {} });
  const [row] = (body as { rows: { id: string }[] }).rows;
  expect((await door(desk, "invitations/revoke", { patient: patient.id, id: row!.id })).status).toBe(200);
  await page.goto(link);
  await expect(page.getByRole("heading", { level: 1, name: "This invitation was taken back" })).toBeVisible();
  await expect(page.locator("body")).toContainText(PRACTICE);
  await axe(page);

  await page.goto("/invitation/this-link-was-never-there-0123456789abcdefgh");
  await expect(page.getByRole("heading", { level: 1, name: "This link does not work" })).toBeVisible();
  await expect(page.locator("body")).not.toContainText(PRACTICE);
  await axe(page);
});

test("a link opened while somebody else is signed in does not mix them up", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const email = newEmail();
  const first = await addPatient(desk, { first: "Rangi", email });
  const second = await addPatient(desk, { first: "Papa", email });
  await accept(await device(), await invite(desk, portico, first));
  const link = await invite(desk, portico, second);
  await openPortal(page, LIEN.email);
  await page.goto(link);
  await expect(page.getByText("Somebody else is signed in")).toBeVisible();
  await axe(page);
  // PX-10: after signing out one is back at the invitation, which names the account before it is accepted.
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(new RegExp(`${link}$`));
  await expect(page.getByRole("button", { name: "Sign in to accept" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in to accept" }).click();
  await expect(page.getByText(email)).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByRole("button", { name: "Accept and open the portal" }).click();
  await expect(page).toHaveURL(/\/portal\/pat_/);
});

// The inviting practitioner's own session on the same device: the patient is not signed in as the practitioner.
test("a link opened in the practitioner's browser", async ({ page, portico }) => {
  await page.setViewportSize(DESK.viewport);
  await openConsole(page, MIRA);
  const patient = await addPatient(page);
  const link = await invite(page, portico, patient);
  await page.goto(link);
  await expect(page.locator("body")).not.toContainText(MIRA.name);
  // PX-10: and is told that the practitioner will be signed out here.
  await expect(page.getByText("Accepting signs that account out here.")).toBeVisible();
  await axe(page);
  await accept(page, link);
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
});

// B-07, S3-19
test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("accept: a weak password first, then a good one", async ({ page, device, portico }) => {
    const desk = await device(DESK);
    await openConsole(desk);
    const patient = await addPatient(desk);
    const link = await invite(desk, portico, patient);
    await page.goto(link);
    await page.getByLabel("Password", { exact: true }).fill("passwordpassword");
    await page.getByRole("button", { name: "Accept and open the portal" }).click();
    await expect(page.getByText("This password is too easy to guess.")).toBeVisible();
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Accept and open the portal" }).click();
    await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
  });
});
