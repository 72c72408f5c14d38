// Groups: asked to join, accept, decline, switch, two tabs, and the lobby.
import { PHONE, axe, expect, test } from "../../harness/test.js";
import { MIRA, PASSWORD, PRACTICE, PRIYA, SAM, SAOIRSE, SECOND, TOM, door, newEmail, openConsole, typeSignIn } from "../../harness/people.js";

// S4-11, S4-12, S4-34, S4-13: without signing in again; two tabs in two groups.
test("one who works in two groups switches, and two tabs stay in theirs", async ({ page, context }) => {
  await openConsole(page, TOM);
  await expect(page.locator(".sidebar-mark")).toContainText(PRACTICE);
  const switcher = page.getByRole("button", { name: /Practice groups|Harbour/ }).or(page.locator("summary", { hasText: PRACTICE })).first();
  await switcher.click();
  await axe(page);
  await page.getByRole("button", { name: new RegExp(SECOND) }).click();
  await expect(page.locator(".sidebar-mark")).toContainText(SECOND);
  // On a phone, where the switcher is an icon, the page says which practice it is.
  const wide = page.viewportSize()!;
  await page.setViewportSize(PHONE.viewport);
  await expect(page.locator(".page-practice")).toBeVisible();
  await expect(page.locator(".page-practice")).toHaveText(SECOND);
  await page.setViewportSize(wide);
  await expect(page.locator(".page-practice")).toBeHidden();

  const other = await context.newPage();
  await other.goto("/console");
  await expect(other.locator(".sidebar-mark")).toContainText(SECOND);
  await other.locator("summary", { hasText: SECOND }).or(other.getByRole("button", { name: /Practice groups/ })).first().click();
  await other.getByRole("button", { name: new RegExp(PRACTICE) }).click();
  await expect(other.locator(".sidebar-mark")).toContainText(PRACTICE);
  // The first tab is where it was, also after it is loaded anew.
  await page.getByRole("link", { name: "Patients", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Patients" })).toBeVisible();
  await expect(page.locator(".filters-count")).toHaveText("40 patients");
  await page.reload();
  await expect(page.locator(".sidebar-mark")).toContainText(SECOND);
  await expect(page.locator("tbody tr").first()).toBeVisible();
  const first = await page.locator("tbody tr th a").first().getAttribute("href");
  await other.goto(first!);
  await expect(other.getByRole("heading", { level: 1 })).toContainText("No such patient");
});

// Nobody is led to what is not for them: with patients' names hidden one adds and invites nobody.
test("who may not add or invite patients is told no first steps", async ({ page }) => {
  await openConsole(page, SAM);
  await expect(page.getByText("Nothing new", { exact: true })).toBeVisible();
  await expect(page.getByText("First steps")).toHaveCount(0);
});

// S4-31 to S4-33
test("a group asks, the bell says so, a no and a yes", async ({ page, device, portico }) => {
  const email = newEmail();
  await openConsole(page, PRIYA);
  const place = ((await door(page, "locations/list", {})).body as { name: string }[])[0]!.name;
  const last = `Horak${process.pid}`;
  const user = { first_name: "Ivo", last_name: last, profession: "Podiatrist", level: "clinical" };
  const add = (who: typeof page, form: object) => door(who, "users/add", { form, password: PASSWORD, password_again: PASSWORD });
  // Somebody of the first group…
  const mira = await device();
  await openConsole(mira, MIRA);
  const here = ((await door(mira, "locations/list", {})).body as { id: string }[])[0]!.id;
  const form = { role: "practitioner", email, email_again: email, user: { ...user, locations: [here] } };
  expect((await add(mira, form)).status).toBe(200);
  const ivo = await device();
  await ivo.goto("/console/sign-in");
  await typeSignIn(ivo, email, PASSWORD);
  await ivo.getByLabel("New password").fill("seven green bicycles sing");
  await ivo.getByRole("button", { name: /password/i }).last().click();
  await expect(ivo.getByRole("heading", { level: 1, name: /Horak/ })).toBeVisible();
  // …is asked by the second: S4-25, with the password left blank.
  await page.goto("/console/settings/users");
  await page.getByRole("button", { name: "Add user" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add user" });
  await dialog.getByLabel("First name").fill("Ivo");
  await dialog.getByLabel("Last name").fill(last);
  await dialog.getByLabel("Profession").selectOption("Podiatrist");
  await dialog.getByLabel("Email", { exact: true }).fill(email);
  await dialog.getByLabel("Confirm email").fill(email);
  await dialog.getByLabel("Access level").selectOption({ label: "Clinical" });
  await dialog.getByLabel(place).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(last) })).toContainText("Invited");
  await expect(ivo.locator(".bell .count")).toHaveText("1", { timeout: 5_000 });
  await ivo.locator(".bell summary, .bell button").first().click();
  // PR-21: somebody else typed this address and chose its first password. Which group asks is shown to who reads its mail.
  await expect(ivo.getByText("Prove first that this is your email").first()).toBeVisible();
  await expect(ivo.locator("body")).not.toContainText(SECOND);
  await axe(ivo);
  const mails = (await portico.mailsTo(email)).length;
  await ivo.locator(".bell").getByRole("button", { name: "Mail me a link" }).click();
  await expect(ivo.locator(".bell").getByText("A link is on its way")).toBeVisible();
  await ivo.goto((await portico.mailFor(email, mails + 1)).link!);
  await ivo.getByLabel("New password").fill("eight grey herons on a wire");
  await ivo.getByRole("button", { name: /password/i }).last().click();
  await expect(ivo.getByRole("heading", { level: 1, name: /Horak/ })).toBeVisible();
  await ivo.locator(".bell summary, .bell button").first().click();
  await expect(ivo.getByText(new RegExp(`${SECOND}.*join`)).first()).toBeVisible();
  await axe(ivo);
  // The page behind the bell shows it as well, until it is answered in either.
  await expect(ivo.locator(".home-offers").getByText(new RegExp(`${SECOND}.*join`))).toBeVisible();
  await ivo.getByRole("button", { name: /Reject/ }).first().click();
  await expect(ivo.locator(".bell .count")).toHaveCount(0);
  await expect(ivo.locator(".home-offers .card")).toBeHidden();
  await expect(ivo.locator(".menu-sheet .offers-place")).toBeFocused();
  // Whoever asked hears of it, and asks again.
  await page.goto("/console/settings/users");
  await page.getByRole("link", { name: /Horak/ }).click();
  await page.getByRole("button", { name: "Invite again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /Invite again/ }).click();
  await expect(ivo.locator(".bell .count")).toHaveText("1", { timeout: 5_000 });
  await ivo.goto("/console/notifications");
  await axe(ivo);
  await ivo.getByRole("button", { name: /Accept/ }).first().click();
  await expect(ivo.getByRole("heading", { level: 1 })).toBeFocused();
  // S4-12: from the top bar, without signing in again.
  await ivo.locator("summary", { hasText: PRACTICE }).click();
  await ivo.getByRole("button", { name: new RegExp(SECOND) }).click();
  await expect(ivo.locator(".sidebar-mark")).toContainText(SECOND);
});

// The demo's own invitation, from the page of notifications.
test("the demo shows an invitation to join", async ({ page }) => {
  await openConsole(page, SAOIRSE);
  await expect(page.locator(".home-offers").getByText(new RegExp(`${SECOND}.*join`))).toBeVisible();
  await axe(page);
  await page.goto("/console/notifications");
  await expect(page.getByText(new RegExp(SECOND)).first()).toBeVisible();
});

// S1-03: a whole day with pseudonyms.
test("an administrator without names sees pseudonyms and never a name", async ({ page }) => {
  await openConsole(page, SAM);
  await page.getByRole("link", { name: "Patients", exact: true }).click();
  const first = page.locator("tbody tr th a").first();
  await expect(first).toHaveText(/^PT-\d{6}$/);
  const rows = await page.locator("tbody tr th").allTextContents();
  expect(rows).toHaveLength(40);
  expect(rows.filter((text) => !/^PT-\d{6}$/.test(text.trim()))).toEqual([]);
  const pseudonym = (await first.textContent())!;
  await first.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(pseudonym);
  await expect(page).toHaveTitle(new RegExp(pseudonym));
  await axe(page);
  // Contacts are all names: there is no such tab.
  await expect(page.getByRole("link", { name: "Contacts", exact: true })).toHaveCount(0);
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await expect(page).toHaveURL(/\/access$/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText(pseudonym);
  // A name finds nobody, the number does. S3-24: from the field at top left.
  await page.keyboard.press("/");
  const answer = page.waitForResponse((response) => response.url().endsWith("/patients/search") && (response.request().postData() ?? "").includes("Nguyen"));
  await page.keyboard.type("Nguyen");
  expect(await (await answer).json()).toEqual([]);
  await expect(page.getByRole("option")).toHaveText(/Your access shows patients by number/);
  await expect(page.locator(".search-sheet")).toBeVisible();
  await page.keyboard.press("Control+A");
  await page.keyboard.type(pseudonym);
  await expect(page.getByRole("option", { name: new RegExp(pseudonym) }).or(page.getByRole("link", { name: new RegExp(pseudonym) })).first()).toBeVisible();
});
