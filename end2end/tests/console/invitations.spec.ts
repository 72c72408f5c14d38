// Inviting a patient to the portal: the whole walk, the dialog, and what the Access tab says.
import { PAYLOADS, PHONE, axe, expect, nothingRan, test, type Page } from "../../harness/test.js";
import { BEN, GRACE, MIRA, PASSWORD, PRACTICE, SAOIRSE, accept, addPatient, door, invite, newEmail, openConsole, openProfile } from "../../harness/people.js";

/** When the bell takes this name, by the page's own clock: asking for it again and again would measure the asking. */
const rings = (page: Page, name: string): Promise<number> =>
  page.evaluate(
    (name) =>
      new Promise<number>((done) =>
        new MutationObserver(() => document.querySelector(`[aria-label="${name}"]`) && done(Date.now())).observe(document.body, {
          attributes: true,
          childList: true,
          subtree: true,
        }),
      ),
    name,
  );

// The walk of the product: S1-06, S1-07, S1-09, S1-11, S1-12, S1-13, S1-14, S1-01, S3-19.
test("a practitioner invites a patient, who accepts on a phone, and the bell rings within a second", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page, { first: "Ngaire" });

  // Found by the field at top left, opened by the keyboard.
  await page.keyboard.press("/");
  const search = page.getByRole("combobox", { name: "Search Patients" });
  await expect(search).toBeFocused();
  await search.pressSequentially(patient.last.slice(0, -1));
  await expect(page.getByRole("option", { name: patient.last })).toBeVisible();
  await search.fill(patient.last);
  await expect(page.getByRole("option")).toHaveCount(1);
  await search.press("ArrowDown");
  await search.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: new RegExp(patient.last) })).toBeVisible();
  await axe(page);

  // S1-06: under the name.
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await expect(dialog.getByLabel("Patient's email")).toBeFocused();
  // S3-23
  await expect(dialog.getByText("Only invite people who are authorised to see it.")).toBeVisible();
  await axe(page);
  await dialog.getByLabel("Patient's email").fill(patient.email);
  await dialog.getByLabel("Confirm email").fill(patient.email);
  await dialog.getByLabel("Custom message").fill("It was good to meet you on Tuesday.");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`Invitation on its way to ${patient.email}`)).toBeVisible();

  // S1-13, S1-14, S1-09: the mail says what to do, and carries the message, but no word about the patient.
  const mail = await portico.mailFor(patient.email);
  expect(mail.subject).toContain(PRACTICE);
  expect(mail.text).toContain("It was good to meet you on Tuesday.");
  expect(mail.text).toContain("password");
  expect(mail.text + mail.html).not.toContain(patient.last);

  const phone = await device(PHONE);
  await phone.goto(mail.link);
  await expect(phone.getByRole("heading", { level: 1 })).toContainText(PRACTICE);
  await expect(phone.locator("body")).not.toContainText(patient.last);
  await axe(phone);
  await phone.getByLabel("Password", { exact: true }).fill(PASSWORD);
  const bell = page.getByLabel(/^Notifications, /);
  const unread = Number(/\d+/.exec((await bell.getAttribute("aria-label"))!)?.[0] ?? 0);
  const rang = rings(page, `Notifications, ${unread + 1} unread`);
  const pressed = Date.now();
  await phone.getByRole("button", { name: "Accept and open the portal" }).click();

  // S1-12: without a reload, within a second of the answer on the phone.
  await expect(phone.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
  const accepted = Date.now();
  await expect(bell).toHaveAccessibleName(`Notifications, ${unread + 1} unread`);
  expect((await rang) - accepted, `accepting took ${accepted - pressed} ms`).toBeLessThan(1_000);

  // S1-01: the four places, each a page.
  for (const place of ["Track your health", "Appointments", "Shared records", "Invoices"]) {
    await phone.getByRole("main").getByRole("link", { name: place, exact: true }).click();
    await expect(phone.getByRole("heading", { level: 1, name: place })).toBeVisible();
    await phone.getByRole("link", { name: "Home", exact: true }).click();
    await expect(phone.getByRole("heading", { level: 1, name: `Hello ${patient.first}` })).toBeVisible();
  }

  await bell.click();
  await page.getByRole("link", { name: new RegExp(`${patient.last} accepted the invitation`) }).click();
  await expect(page.getByRole("row", { name: new RegExp(patient.email) })).toContainText("Accepted");
  await expect(page.getByText("Uses the portal")).toBeVisible();
  await expect(page.getByRole("button", { name: /Invite/ })).toHaveCount(0);
});

// S1-08
test("two addresses that differ are refused, and nothing that was typed is lost", async ({ page, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await dialog.getByLabel("Confirm email").fill(`x${patient.email}`);
  await dialog.getByLabel("Custom message").fill("Kept.");
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog.getByText("The two email addresses are not the same.")).toBeVisible();
  await expect(dialog.getByLabel("Confirm email")).toBeFocused();
  await expect(dialog.getByLabel("Custom message")).toHaveValue("Kept.");
  await axe(page);
  expect(await portico.mailsTo(patient.email)).toHaveLength(0);
  // What was mended is not called wrong any more, whichever of the two was changed.
  const differ = dialog.getByText("The two email addresses are not the same.");
  await dialog.getByLabel("Confirm email").fill(patient.email);
  await expect(differ).toBeHidden();
  await expect(dialog.getByLabel("Confirm email")).not.toHaveAttribute("aria-invalid", "true");
  await dialog.getByLabel("Confirm email").fill(`x${patient.email}`);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(differ).toBeVisible();
  await dialog.getByLabel("Custom message").fill("Another word.");
  await expect(differ).toBeVisible();
  await dialog.getByLabel("Patient's email").fill(`x${patient.email}`);
  await expect(differ).toBeHidden();
});

// S1-04, S1-05
test("a practitioner's address is refused, with what to check", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await dialog.getByLabel("Patient's email").fill(SAOIRSE.email.toUpperCase());
  await dialog.getByLabel("Confirm email").fill(SAOIRSE.email);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog.getByText(/Check whether it is linked to a practitioner/)).toBeVisible();
});

// S1-09: the message is optional. B-06: resend and revoke, and what the tab says.
test("an invitation is sent again and taken back on the Access tab", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const first = await invite(page, portico, patient);
  await page.goto(`/console/patients/${patient.id}/access`);
  const row = page.getByRole("row", { name: new RegExp(patient.email) });
  await expect(row).toContainText("Sent");
  await axe(page);

  await row.getByRole("button", { name: /Resend/ }).click();
  await expect(page.getByText(`A new link is on its way to ${patient.email}`)).toBeVisible();
  const second = await portico.mailFor(patient.email, 2);
  expect(second.link).not.toBe(first);
  const phone = await device(PHONE);
  await phone.goto(first);
  await expect(phone.getByLabel("Password", { exact: true })).toBeHidden();

  await phone.goto(second.link);
  await expect(phone.getByLabel("Password", { exact: true })).toBeVisible();
  await page.reload();
  await expect(row).toContainText("Opened");

  // On a phone the buttons say what they do.
  const wide = page.viewportSize()!;
  await page.setViewportSize(PHONE.viewport);
  await expect(row.getByText("Revoke", { exact: true })).toBeInViewport();
  await axe(page);
  await page.setViewportSize(wide);
  await row.getByRole("button", { name: /Revoke/ }).click();
  const question = page.getByRole("dialog", { name: /Revoke the invitation/ });
  await axe(page);
  await question.getByRole("button", { name: "Revoke this invitation" }).click();
  await expect(row).toContainText("Revoked");
  await phone.reload();
  await expect(phone.getByRole("heading", { level: 1, name: "This invitation was taken back" })).toBeVisible();
});

// S1-10: a template fills the message for this patient; what was typed by hand is not replaced without asking.
test("a template personalises the message", async ({ page, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page, { first: "Wiremu" });
  await openProfile(page, patient);
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  const message = dialog.getByLabel("Custom message");
  await message.fill("By hand.");
  await dialog.getByLabel("Template").selectOption({ label: "Welcome" });
  await expect(message).toHaveValue("By hand.");
  await dialog.getByRole("button", { name: "Replace my message" }).click();
  // The fields are filled in once, when it is sent; how it will read is shown.
  await expect(message).toHaveValue(/Dear {{patient\.first_name}},/);
  await expect(dialog.locator(".preview-text")).toContainText("Dear Wiremu,");
  await expect(dialog.locator(".preview-text")).toContainText(PRACTICE);
  await axe(page);
  await dialog.getByLabel("Confirm email").fill(patient.email);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog).toBeHidden();
  const mail = await portico.mailFor(patient.email);
  expect(mail.text).toContain("Dear Wiremu,");
  expect(mail.text).not.toContain("{{");
});

// What is in the box is what is sent: a template whose text was deleted sends nothing.
test("text that was taken out of the message is not mailed", async ({ page, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page, { first: "Wiremu" });
  await openProfile(page, patient);
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await dialog.getByLabel("Template").selectOption({ label: "Welcome" });
  const message = dialog.getByLabel("Custom message");
  await expect(message).toHaveValue(/Dear/);
  await message.fill("");
  await dialog.getByLabel("Confirm email").fill(patient.email);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog).toBeHidden();
  expect((await portico.mailFor(patient.email)).text).not.toContain("Dear");
});

// S1-05: staff are told what to check, patients whom to ask; neither is told whose address it is.
test("an address that became a practitioner's", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const link = await invite(page, portico, patient);
  portico.makePractitioner(patient.email);
  await page.goto(`/console/patients/${patient.id}/access`);
  await page.getByRole("button", { name: /Resend/ }).click();
  await expect(page.getByText("Check whether it is linked to a practitioner, and use another address.")).toBeVisible();
  const phone = await device(PHONE);
  await phone.goto(link);
  await expect(phone.getByRole("heading", { level: 1, name: "This address cannot open a portal" })).toBeVisible();
  await expect(phone.locator("body")).not.toContainText(patient.last);
  await axe(phone);
});

// Decision 6, PX-10: an administrator accepts their own invitation from the console they work in.
test("an administrator accepts an invitation from an open console", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page, { first: "Benjamin", email: BEN.email });
  const link = await invite(page, portico, patient);
  const desk = await device();
  await openConsole(desk, BEN);
  await desk.goto(link);
  await expect(desk.getByText(BEN.email)).toBeVisible();
  await axe(desk);
  await desk.getByRole("button", { name: "Accept and open the portal" }).click();
  await expect(desk.getByRole("heading", { level: 1, name: "Hello Benjamin" })).toBeVisible();
});

// S1-15, S0-32: no access, no way in: the dialog's door refuses too.
test("without the right there is no way to invite", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const other = await device();
  await openConsole(other, SAOIRSE);
  const form = { email: patient.email, email_again: patient.email };
  const { status } = await door(other, "invitations/invite", { patient: patient.id, form });
  expect(status).toBe(404);
  await other.goto(`/console/patients/${patient.id}`);
  await expect(other.getByRole("heading", { level: 1, name: "No such patient" })).toBeVisible();
  expect(await portico.mailsTo(patient.email)).toHaveLength(0);
});

// PT-17: names and messages are text, wherever they come out.
test("markup in a name or a message stays text", async ({ page, device, portico }) => {
  await openConsole(page);
  for (const [index, payload] of PAYLOADS.entries()) {
    const patient = await addPatient(page, { first: payload, last: `Marked${index}` });
    await openProfile(page, patient);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(payload);
    // Braces in a name are text too: a field is filled in once, and what came in is not looked at again.
    const typed = payload.includes("{{") ? "" : payload;
    const form = { email: patient.email, email_again: patient.email, message: `<b>{{patient.first_name}}${typed}` };
    expect((await door(page, "invitations/invite", { patient: patient.id, form })).status).toBe(200);
    const mail = await portico.mailFor(patient.email);
    expect(mail.text).toContain(payload);
    if (payload.includes("<")) expect(mail.html).not.toContain(payload);
    const phone = await device(PHONE);
    await accept(phone, mail.link);
    await expect(phone.getByRole("heading", { level: 1 })).toHaveText(`Hello ${payload}`);
    await nothingRan(phone);
    await nothingRan(page);
  }
  await page.goto("/console/patients?text=Marked");
  await expect(page.getByRole("link", { name: /Marked0/ })).toBeVisible();
  await page.getByRole("combobox", { name: "Search Patients" }).fill("Marked");
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.goto("/console/notifications");
  await expect(page.getByText(/Marked1/).first()).toBeVisible();
  await nothingRan(page);
});

// S3-22: an account that is there already gets a second record, and keeps its password.
test("somebody who has an account signs in and confirms", async ({ page, device, portico }) => {
  await openConsole(page);
  const email = newEmail();
  const child = await addPatient(page, { first: "Aroha", email });
  const parent = await addPatient(page, { first: "Hemi", email });
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, child));
  const link = await invite(page, portico, parent);
  const other = await device(PHONE);
  await other.goto(link);
  await other.getByLabel("Email").fill(email);
  await other.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await other.getByRole("button", { name: "Sign in to accept" }).click();
  await other.getByRole("button", { name: "Accept and open the portal" }).click();
  await expect(other).toHaveURL(/\/portal\/pat_/);
  await other.getByLabel("Switch to another record").click();
  await expect(other.getByRole("link", { name: /Aroha/ }).last()).toBeVisible();
  await expect(other.getByRole("link", { name: /Hemi/ }).last()).toBeVisible();
  await axe(other);
});

// The dialog by keyboard alone: opened, left with Esc, the focus comes back, the draft is still there.
test("the dialog works by keyboard and keeps a draft", async ({ page }) => {
  await openConsole(page, MIRA);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  const opener = page.locator(".page-under").getByRole("button", { name: "Invite to the portal" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await expect(dialog.getByLabel("Patient's email")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type("half@exam");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Confirm email")).toHaveValue("half@exam");
  await expect(dialog.getByText("This is what you typed earlier.")).toBeVisible();
});

// An administrator with full access invites too.
test("an administrator invites", async ({ page, portico }) => {
  await openConsole(page, GRACE);
  const patient = await addPatient(page);
  await openProfile(page, patient);
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the portal" });
  await dialog.getByLabel("Confirm email").fill(patient.email);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog).toBeHidden();
  await portico.mailFor(patient.email);
});

// The list is drawn anew under the same buttons: each acts on the row it stands in, not on the one that stood there before.
test("after the list has changed, a row's buttons act on that row", async ({ page }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const first = newEmail();
  await door(page, "invitations/invite", { patient: patient.id, form: { email: first, email_again: first } });
  await openProfile(page, patient);
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await expect(page.getByRole("row", { name: new RegExp(first) })).toBeVisible();
  const second = newEmail();
  await page.locator(".page-under").getByRole("button", { name: /^Invite/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[type=email]").nth(0).fill(second);
  await dialog.locator("input[type=email]").nth(1).fill(second);
  await dialog.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row", { name: new RegExp(second) });
  await expect(row).toBeVisible();
  const asked = page.waitForRequest((request) => request.url().endsWith("/api/invitations/resend"));
  await row.getByRole("button", { name: new RegExp(second) }).first().click();
  const { id } = (await asked).postDataJSON() as { id: string };
  const rows = (await door(page, "invitations/list", { patient: patient.id, page: { after: null, limit: null } })).body as { rows: { id: string; email: string }[] };
  expect(rows.rows.find((one) => one.id === id)?.email).toBe(second);
});
