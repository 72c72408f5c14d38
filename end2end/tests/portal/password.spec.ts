// Forgotten, never set, changed: passwords, with and without scripts.
import { axe, DESK, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { PASSWORD, PRACTICE, accept, addPatient, invite, openConsole, openPortal, typeSignIn } from "../../harness/people.js";

const NEXT = "four herons over a bridge";

test("a forgotten password is set by a link that works once", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  const elsewhere = await device();
  await accept(elsewhere, await invite(desk, portico, patient));

  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByLabel("Email").fill(patient.email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check your email" })).toBeVisible();
  await axe(page);
  const { link } = await portico.mailFor(patient.email, 2);
  expect(link).toContain("/new-password/");
  await page.goto(link);
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByLabel("New password").fill(NEXT);
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();

  // SS-02: the other device is signed out.
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await elsewhere.goto(link);
  await expect(elsewhere.getByRole("heading", { level: 1, name: "This link no longer works" })).toBeVisible();
  await axe(elsewhere);
  await elsewhere.goto("/sign-in");
  await typeSignIn(elsewhere, patient.email, PASSWORD);
  await expect(elsewhere.getByText("This email and password do not belong together.")).toBeVisible();
  await typeSignIn(elsewhere, patient.email, NEXT);
  await expect(elsewhere).toHaveURL(/\/portal\/pat_/);
});

// S3-21: it works for somebody who was invited and never set one.
test("forgot password works for an account that never set one, and accepts the invitation", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await invite(desk, portico, patient);
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill(patient.email.toUpperCase());
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check your email" })).toBeVisible();
  const { link } = await portico.mailFor(patient.email, 2);
  await page.goto(link);
  await expect(page.getByText(`you also accept the invitation to the portal of ${PRACTICE}`)).toBeVisible();
  await page.getByLabel("New password").fill(NEXT);
  await page.getByRole("button", { name: "Set password and sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
});

// AN-04: the same page for every address.
test("an address that nobody has gets the same answer, and no mail", async ({ page, portico }) => {
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill("nobody.at.all@example.org");
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check your email" })).toBeVisible();
  expect(await portico.mailsTo("nobody.at.all@example.org")).toHaveLength(0);
});

test("the password is changed on the account page", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await page.goto("/portal/account");
  await page.getByLabel("Current password").fill("not the password");
  await page.getByLabel("New password").fill(NEXT);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("This is not your current password.")).toBeVisible();
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill(NEXT);
  // Which account it is, a password manager finds beside it.
  expect(await page.locator("input[autocomplete=username]").inputValue()).toBe(patient.email);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page).toHaveURL(/\/portal\/account\/password-changed$/);
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  // To the end, where the bar covers nothing.
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await axe(page);
  await noSidewaysScroll(page);
  await portico.mailFor(patient.email, 2);
  const other = await device();
  await openPortal(other, patient.email, NEXT);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  // B-07, S3-21
  test("forgotten and set", async ({ page, device, portico }) => {
    const desk = await device(DESK);
    await openConsole(desk);
    const patient = await addPatient(desk);
    await invite(desk, portico, patient);
    await page.goto("/forgot-password");
    await page.getByLabel("Email").fill(patient.email);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Check your email" })).toBeVisible();
    await page.goto((await portico.mailFor(patient.email, 2)).link);
    await page.getByLabel("New password").fill(NEXT);
    await page.getByRole("button", { name: "Set password and sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
  });
});
