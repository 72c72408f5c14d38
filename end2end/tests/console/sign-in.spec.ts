// The console's door: in, out, on all devices, across to the portal, and what is kept when a session ends.
import { axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, GRACE, MIRA, addPatient, openConsole, openProfile, typeSignIn } from "../../harness/people.js";

test("a wrong password and an unknown address are refused in the same words", async ({ page }) => {
  await page.goto("/console/sign-in");
  await axe(page);
  await noSidewaysScroll(page);
  const told: string[] = [];
  for (const email of [MIRA.email, "nobody@example.org"]) {
    await typeSignIn(page, email, "not the password");
    const alert = page.getByText("This email and password do not belong together.");
    await expect(alert).toBeVisible();
    await expect(page.getByLabel("Email")).toHaveValue(email);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    told.push(await page.locator("main").innerText());
  }
  expect(told[0]).toBe(told[1]);
  await axe(page);
});

// SS-01
test("after signing out nothing is shown, not even by the Back button", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  await page.getByLabel(/account and appearance/).click();
  await axe(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/console\/sign-in/);
  await page.goBack();
  await expect(page.getByText(patient.last)).toHaveCount(0);
});

test("signing out in one tab forgets what was typed in the other", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const tab = await page.context().newPage();
  await openProfile(tab, patient);
  await tab.getByRole("button", { name: "Edit" }).first().click();
  await tab.getByRole("dialog").getByLabel("Suburb or city").fill("Half typed");
  await page.bringToFront();
  await page.getByLabel(/account and appearance/).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByText("You are signed out. Nothing you typed is kept on this device.")).toBeVisible();
  const typed = (): Promise<string> => tab.evaluate(() => JSON.stringify(sessionStorage));
  await expect.poll(typed).not.toContain("Half typed");
  await tab.getByRole("alertdialog").getByRole("link", { name: "Sign in again" }).click();
  await typeSignIn(tab, MIRA.email);
  await tab.getByRole("button", { name: "Edit" }).first().click();
  await expect(tab.getByRole("dialog").getByLabel("Suburb or city")).toHaveValue("");
});

test("one who is not signed in is led to the door, and from there to where they wanted", async ({ page }) => {
  await page.goto("/console/patients");
  await expect(page).toHaveURL(/\/console\/sign-in/);
  await typeSignIn(page, MIRA.email);
  await expect(page).toHaveURL(/\/console\/patients$/);
});

// SS-05: signing out everywhere ends the other device at once, and its page says so.
test("signing out everywhere ends the other device, where what was typed is kept", async ({ page, device }) => {
  await openConsole(page, GRACE);
  const other = await device();
  await openConsole(other, GRACE);
  const patient = await addPatient(other);
  await openProfile(other, patient);
  await other.getByRole("button", { name: "Edit" }).first().click();
  await other.getByRole("dialog").getByLabel("Suburb or city").fill("Half typed");

  await page.goto("/console/account");
  await axe(page);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(/\/console\/sign-in/);
  // The stream ended with the session. SS-01: nothing of the record stays readable, and nothing typed is lost.
  const over = other.getByRole("alertdialog", { name: "You were signed out" });
  await expect(over).toBeVisible();
  for (const text of [patient.last, patient.email, GRACE.name]) await expect(other.getByText(text).filter({ visible: true })).toHaveCount(0);
  await expect(other.locator("dialog .form-patient")).toBeHidden();
  expect(await other.title()).not.toContain(patient.last);
  await axe(other);
  await other.keyboard.press("Escape");
  await other.keyboard.press("Escape");
  await expect(over).toBeVisible();
  await over.getByRole("link", { name: "Sign in again" }).click();
  await expect(other).toHaveURL(/\/console\/sign-in\?next=/);
  await typeSignIn(other, GRACE.email);
  await expect(other.getByRole("dialog").getByLabel("Suburb or city")).toHaveValue("Half typed");
});

test("a person with both sides switches without signing in again", async ({ page }) => {
  await openConsole(page, GRACE);
  await page.getByLabel(/account and appearance/).click();
  await page.getByRole("button", { name: "Go to my portal" }).click();
  await expect(page).toHaveURL(/\/portal\//);
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await page.getByRole("button", { name: "Switch to the console" }).click();
  await expect(page.getByRole("heading", { level: 1, name: GRACE.name })).toBeVisible();
});

test("the look is chosen and kept", async ({ page }) => {
  await openConsole(page);
  await page.getByLabel(/account and appearance/).click();
  await page.getByRole("radio", { name: "Dark" }).check();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

// SS-08: the session is in no address, no page and no storage that a script can read.
test("scripts cannot read the session", async ({ page }) => {
  await openConsole(page);
  const seen = await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }));
  const cookies = await page.context().cookies();
  // SS-07, SS-16
  expect(cookies.map((cookie) => cookie.name).sort()).toEqual(["__Host-portico", "__Host-portico-device"]);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: "Lax", path: "/" });
    expect(seen).not.toContain(cookie.value);
    expect(await page.content()).not.toContain(cookie.value);
    expect(page.url()).not.toContain(cookie.value);
  }
});

// B-08 (WCAG 2.2.1): before the idle end there is a way to stay, by keyboard too.
test("two minutes before the session ends one may stay", async ({ page, portico }) => {
  await openConsole(page, BEN);
  portico.idle(BEN.email, 14);
  const dialog = page.getByRole("dialog", { name: "Are you still there?" });
  await expect(dialog).toBeVisible();
  await axe(page);
  await dialog.getByRole("button", { name: "Stay signed in" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => Math.max(...portico.lastActs(BEN.email))).toBeGreaterThan(Date.now() - 60_000);
  // Left alone after all: nothing is shown any more.
  portico.idle(BEN.email, 16);
  await expect(page.getByRole("alertdialog", { name: "You were signed out" })).toBeVisible();
  await expect(page.getByRole("heading", { name: BEN.name })).toBeHidden();
});

test("a forgotten password of the console", async ({ page, portico }) => {
  await page.goto("/console/sign-in");
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await expect(page).toHaveURL(/\/console\/forgot-password$/);
  await axe(page);
  await noSidewaysScroll(page);
  await page.getByLabel("Email").fill(BEN.email);
  const before = (await portico.mailsTo(BEN.email)).length;
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page).toHaveURL(/\/console\/forgot-password\/sent$/);
  await expect(page.getByRole("heading", { level: 1, name: "Check your email" })).toBeVisible();
  await axe(page);
  await noSidewaysScroll(page);
  expect((await portico.mailFor(BEN.email, before + 1)).link).toContain("/new-password/");
  await page.getByRole("link", { name: "Back to sign in" }).click();
  await expect(page).toHaveURL(/\/console\/sign-in$/);
});
