// Photographs of every page, in shots/<page>.<width>.<light|dark>.png; two of them also for the README.
import { mkdirSync } from "node:fs";

import { DESK, PHONE, expect, forgiven, settled, test, type Page } from "../harness/test.js";
import { LIEN, MIRA, PASSWORD, PRIYA, SAM, SAOIRSE, TOM, accept, addPatient, door, invite, openConsole, openPortal, openProfile, typeSignIn } from "../harness/people.js";

const PORTAL_WIDTHS = [320, 390, 1440];
const CONSOLE_WIDTHS = [390, 1440, 1920];

async function shoot(page: Page, name: string, widths: number[]): Promise<void> {
  mkdirSync("shots", { recursive: true });
  await settled(page);
  for (const width of widths) {
    await page.setViewportSize({ width, height: width < 700 ? 844 : 1000 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // Colours that glide are photographed when they have arrived.
      await page.waitForTimeout(150);
      await page.screenshot({ path: `shots/${name}.${width}.${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
}

test("the portal", async ({ device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const page = await device({ ...PHONE, deviceScaleFactor: 2 });
  for (const [name, path] of [["sign-in", "/sign-in"], ["console-sign-in", "/console/sign-in"], ["forgot-password", "/forgot-password"], ["password-sent", "/forgot-password/sent"], ["fresh-link-sent", "/fresh-link-sent"], ["link-unknown", "/invitation/nothing-of-the-kind"], ["password-link-dead", "/new-password/nothing-of-the-kind"], ["set-up-done", "/set-up"], ["not-found", "/there/is/no/such/page"], ["mailbox", "/demo/mailbox"]]) {
    await page.goto(path!);
    await shoot(page, `portal-${name}`, PORTAL_WIDTHS);
  }
  await page.goto("/sign-in");
  await typeSignIn(page, LIEN.email, "not the password");
  await expect(page.getByText("do not belong together")).toBeVisible();
  await shoot(page, "portal-sign-in-refused", PORTAL_WIDTHS);

  // A long name, from right to left.
  const patient = await addPatient(desk, { first: "عبد الرحمن محمد الأمين", last: "Featherstonehaugh-Cholmondeley" });
  const link = await invite(desk, portico, patient);
  await page.goto(link);
  await shoot(page, "portal-invitation", PORTAL_WIDTHS);
  const other = await device(PHONE);
  await accept(other, link);
  await shoot(other, "portal-home-long-name", PORTAL_WIDTHS);
  await page.reload();
  await shoot(page, "portal-invitation-used", PORTAL_WIDTHS);

  await openPortal(page);
  await page.setViewportSize(PHONE.viewport);
  await page.screenshot({ path: "../docs/images/portal.png" });
  const home = new URL(page.url()).pathname;
  for (const place of ["", "/appointments", "/records", "/messages", "/health", "/invoices", "/access-log"]) {
    await page.goto(home + place);
    await shoot(page, `portal-home${place.replace("/", "-")}`, PORTAL_WIDTHS);
  }
  await page.goto("/portal/account");
  await shoot(page, "portal-account", PORTAL_WIDTHS);
});

test("the console", async ({ device }) => {
  const page = await device(DESK);
  await openConsole(page);
  const patient = await addPatient(page, { first: "Maximiliana-Alexandrina", last: "Wolfeschlegelsteinhausenbergerdorff" });
  for (const [name, path] of [["home", "/console"], ["patients", "/console/patients"], ["patients-none", "/console/patients?text=zzzz"], ["new-patient", "/console/patients/new"], ["notifications", "/console/notifications"], ["settings", "/console/settings"], ["general", "/console/settings/general"], ["templates", "/console/settings/templates"], ["handout", "/console/settings/handout"], ["mail", "/console/settings/mail"], ["account", "/console/account"], ["not-found", "/console/nowhere"]]) {
    await page.goto(path!);
    await shoot(page, `console-${name}`, CONSOLE_WIDTHS);
  }
  for (const tab of ["", "/contacts", "/access"]) {
    await page.goto(`/console/patients/${patient.id}${tab}`);
    await shoot(page, `console-profile${tab.replace("/", "-")}`, CONSOLE_WIDTHS);
  }
  await page.goto("/console");
  await settled(page);
  const known = (await door(page, "patients/search", { text: "nguyen" })).body as { id: string; email: string }[];
  await page.setViewportSize(DESK.viewport);
  await page.goto(`/console/patients/${known.find((one) => one.email !== "")!.id}`);
  await settled(page);
  await page.screenshot({ path: "../docs/images/console.png" });

  await openProfile(page, patient);
  await page.locator(".page-under").getByRole("button", { name: "Invite to the portal" }).click();
  await expect(page.getByRole("dialog").getByLabel("Confirm email")).toBeVisible();
  await shoot(page, "console-invite", CONSOLE_WIDTHS);
  await page.getByRole("dialog").getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByRole("dialog").getByText("Please fill this in.").or(page.getByRole("dialog").getByText("not the same"))).toBeVisible();
  await shoot(page, "console-invite-refused", CONSOLE_WIDTHS);
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Search Patients" }).fill("an");
  await expect(page.getByRole("option").first()).toBeVisible();
  await shoot(page, "console-search", CONSOLE_WIDTHS);
  await page.keyboard.press("Escape");
  await page.getByLabel(/^Notifications/).click();
  await shoot(page, "console-bell", CONSOLE_WIDTHS);
});

test("users, groups, history", async ({ device, portico }) => {
  const page = await device(DESK);
  await openConsole(page);
  for (const [name, path] of [["users", "/console/settings/users"], ["users-none", "/console/settings/users?text=zzzz"], ["locations", "/console/settings/locations"], ["history", "/console/history"], ["history-none", "/console/history?from=2001-01-01&to=2001-01-02"]]) {
    await page.goto(path!);
    await shoot(page, `console-${name}`, CONSOLE_WIDTHS);
  }
  await page.goto("/console/settings/users");
  await page.locator("summary", { hasText: "What each level may do" }).click();
  await shoot(page, "console-levels", CONSOLE_WIDTHS);
  await page.goto("/console/settings/users");
  await page.getByRole("button", { name: "Add user" }).first().click();
  await expect(page.getByRole("dialog").getByLabel("First name")).toBeVisible();
  await shoot(page, "console-add-user", CONSOLE_WIDTHS);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog").getByText("Please fill this in.").first()).toBeVisible();
  await shoot(page, "console-add-user-refused", CONSOLE_WIDTHS);
  await page.goto("/console/settings/users");
  await page.getByRole("link", { name: "Saoirse Kelly" }).click();
  await expect(page.getByText("May not").first()).toBeVisible();
  await shoot(page, "console-user", CONSOLE_WIDTHS);
  await page.goto("/console/settings/locations");
  await page.getByRole("button", { name: "Add location" }).first().click();
  await shoot(page, "console-add-location", CONSOLE_WIDTHS);
  await page.goto("/console/settings/general");
  await page.getByRole("button", { name: "Edit Messages" }).click();
  await shoot(page, "console-messages", CONSOLE_WIDTHS);

  const tom = await device(DESK);
  await openConsole(tom, TOM);
  await tom.locator(".groups summary, .groups button").first().click();
  await shoot(tom, "console-groups", CONSOLE_WIDTHS);
  const saoirse = await device(DESK);
  await openConsole(saoirse, SAOIRSE);
  await saoirse.getByLabel(/^Notifications/).click();
  await shoot(saoirse, "console-offer", CONSOLE_WIDTHS);
  const sam = await device(DESK);
  await openConsole(sam, SAM);
  await sam.goto("/console/patients");
  await shoot(sam, "console-hidden-names", CONSOLE_WIDTHS);

  // Two who wait at the door: for a password, and for a group.
  const place = ((await door(page, "locations/list", {})).body as { id: string }[])[0]!.id;
  const user = { first_name: "Wil", last_name: "Kommen", profession: "Dietitian", level: "clinical", locations: [place] };
  await door(page, "users/add", { form: { role: "practitioner", email: "wil@example.org", email_again: "wil@example.org", user }, password: "ladder cloud pepper 42", password_again: "ladder cloud pepper 42" });
  const wil = await device({ ...PHONE, deviceScaleFactor: 2 });
  await wil.goto("/console/sign-in");
  await typeSignIn(wil, "wil@example.org", "ladder cloud pepper 42");
  await expect(wil).toHaveURL(/welcome/);
  await shoot(wil, "portal-welcome-password", PORTAL_WIDTHS);

  // More records than usual.
  const [one, other] = [await addPatient(page), await addPatient(page)];
  await openProfile(page, one);
  portico.opened(MIRA.email, 300);
  portico.older(MIRA.email, 11);
  await page.goto(`/console/patients/${other.id}`);
  await expect(page.getByRole("button", { name: "Show it" })).toBeVisible();
  await shoot(page, "console-unusual", CONSOLE_WIDTHS);
  await page.goto("/console/history?action=unusual_access");
  await shoot(page, "console-history-unusual", CONSOLE_WIDTHS);
});

test("reports", async ({ device }) => {
  const page = await device(DESK);
  await openConsole(page);
  await page.goto("/console/reports");
  await shoot(page, "console-reports", CONSOLE_WIDTHS);
  await page.getByRole("button", { name: "New Report" }).click();
  await expect(page.getByLabel("Report type")).toBeVisible();
  await shoot(page, "console-report-new", CONSOLE_WIDTHS);
  await page.goto("/console/reports/case-load");
  await shoot(page, "console-case-load", CONSOLE_WIDTHS);
  await page.goto("/console/reports/case-load?status=active&portal=none&email=yes&age_to=18");
  await shoot(page, "console-case-load-narrowed", CONSOLE_WIDTHS);
  await page.goto("/console/reports/case-load?text=zzyzx");
  await shoot(page, "console-case-load-nobody", CONSOLE_WIDTHS);
  await page.goto("/console/reports/case-load");
  await page.locator("tbody tr").first().waitFor();
  for (const nth of [0, 2, 3]) await page.locator("tbody tr").nth(nth).getByRole("checkbox").check();
  await page.locator("summary", { hasText: "Actions" }).click();
  await shoot(page, "console-case-load-ticked", CONSOLE_WIDTHS);
  await page.locator("summary", { hasText: "Actions" }).click();
  await page.getByRole("button", { name: "Tick all that match" }).click();
  await page.locator("summary", { hasText: "Actions" }).click();
  await page.getByRole("button", { name: "Invite to patient portal" }).click();
  await page.getByRole("dialog").getByText("will be invited").waitFor();
  await page.getByRole("dialog").locator("summary").first().click();
  await shoot(page, "console-bulk-dialog", CONSOLE_WIDTHS);
  await page.getByRole("dialog").getByRole("button", { name: /^Invite \d/ }).click();
  await page.getByText(/^Done: /).waitFor();
  await shoot(page, "console-bulk", CONSOLE_WIDTHS);
  await page.goto("/console/reports");
  await page.getByRole("cell").first().waitFor();
  await shoot(page, "console-reports-bulks", CONSOLE_WIDTHS);
});

// Somebody whose address another group typed, before a link was used: behind the bell, and a page that did not arrive.
test("not proved, not fetched", async ({ device }) => {
  const owner = await device(DESK);
  await openConsole(owner);
  const email = `late.${process.pid}@example.org`;
  const places = (await door(owner, "locations/list", {})).body as { id: string }[];
  const user = { first_name: "Ivo", last_name: "Late", profession: "Podiatrist", level: "clinical", locations: [places[0]!.id] };
  const form = { role: "practitioner", email, email_again: email, user };
  await door(owner, "users/add", { form, password: PASSWORD, password_again: PASSWORD });
  const other = await device(DESK);
  await openConsole(other, PRIYA);
  const theirs = (await door(other, "locations/list", {})).body as { id: string }[];
  await door(other, "users/add", { form: { ...form, user: { ...user, locations: [theirs[0]!.id] } }, password: "", password_again: "" });
  const page = await device(DESK);
  await page.goto("/console/sign-in");
  await typeSignIn(page, email, PASSWORD);
  await page.getByLabel("New password").fill("seven green bicycles sing");
  await page.getByRole("button", { name: /password/i }).last().click();
  await expect(page.getByRole("heading", { level: 1, name: /Late/ })).toBeVisible();
  await shoot(page, "console-unproven", CONSOLE_WIDTHS);
  forgiven.push(/^TypeError: Failed to fetch\n.*\/pkg\//);
  await page.route("**/pkg/split_reports*.wasm", (route) => route.abort("internetdisconnected"));
  await page.getByRole("link", { name: "Reports", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Not there yet" })).toBeVisible();
  await shoot(page, "console-not-fetched", CONSOLE_WIDTHS);
});
