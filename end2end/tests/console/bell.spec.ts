// The bell: what is read and unread, what a ring asks for, and a network that comes and goes.
import { axe, expect, test, type Page } from "../../harness/test.js";
import { SAOIRSE, accept, addPatient, door, invite, openConsole, type Patient } from "../../harness/people.js";

const bell = (page: Page) => page.getByLabel(/^Notifications, /);

const unread = (page: Page, count: number) => expect(bell(page)).toHaveAccessibleName(count === 0 ? "Notifications, none unread" : `Notifications, ${count} unread`, { timeout: 30_000 });

// Reads every line, and says what the bell still counts: the offers of other groups, which wait for an answer.
async function readAll(page: Page): Promise<number> {
  await door(page, "notifications/mark_read", { id: null });
  await page.reload();
  const name = (await bell(page).getAttribute("aria-label")) ?? "";
  return Number(/(\d+) unread/.exec(name)?.[1] ?? 0);
}

test("lines are read one by one, and all at once", async ({ page, device, portico }) => {
  await openConsole(page, SAOIRSE);
  const offers = await readAll(page);
  const patients: Patient[] = [];
  for (let i = 0; i < 3; i += 1) {
    const patient = await addPatient(page);
    await accept(await device(), await invite(page, portico, patient));
    patients.push(patient);
    await unread(page, offers + i + 1);
  }
  // On a page that does not list them too.
  await page.goto("/console/account");
  await page.getByLabel(/^Notifications, /).click();
  const line = (at: number) => page.getByRole("listitem").filter({ hasText: `${patients[at]!.last} accepted` });
  await expect(line(0)).toContainText("(unread)");
  await axe(page);
  await line(0).getByRole("button", { name: /^Mark as read/ }).click();
  await expect(line(0)).not.toContainText("(unread)");
  await unread(page, offers + 2);
  // Following a line reads it.
  await line(1).getByRole("link").click();
  await expect(page).toHaveURL(new RegExp(`${patients[1]!.id}/access`));
  await unread(page, offers + 1);

  await page.goto("/console/notifications");
  await expect(line(2)).toContainText("(unread)");
  await axe(page);
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await unread(page, offers);
  await expect(line(2)).not.toContainText("(unread)");
  await page.reload();
  await expect(line(2)).toBeVisible();
  await expect(page.getByText("(unread)")).toHaveCount(0);
  await unread(page, offers);
});

// Decisions 13 and 15: a ring is nobody's act. It counts, and what holds names is asked for when somebody is there to read it.
test("while nobody is there a ring looks at no record and lengthens no session", async ({ page, device, portico }) => {
  await page.clock.install();
  await openConsole(page, SAOIRSE);
  const offers = await readAll(page);
  const patient = await addPatient(page);
  const link = await invite(page, portico, patient);
  await page.goto(`/console/patients/${patient.id}/access`);
  const row = page.getByRole("row", { name: new RegExp(patient.email) });
  await expect(row).toContainText("Sent");
  await unread(page, offers);
  await page.clock.fastForward("02:00");

  portico.idle(SAOIRSE.email, 5);
  const [looks, acts] = [portico.looks(SAOIRSE.email), portico.lastActs(SAOIRSE.email)];
  expect(looks).toBeGreaterThan(0);
  await accept(await device(), link);
  await unread(page, offers + 1);
  await page.waitForTimeout(1_500);
  expect(portico.looks(SAOIRSE.email)).toBe(looks);
  await expect(row).toContainText(/Sent|Opened/);

  // Somebody comes back: now it is shown, and written down that it was.
  await page.mouse.move(200, 200);
  await expect(row).toContainText("Accepted");
  await expect(page.getByRole("status").getByText(`${patient.last} accepted the invitation`)).toBeVisible();
  expect(portico.looks(SAOIRSE.email)).toBeGreaterThan(looks);
  expect(portico.lastActs(SAOIRSE.email)).toEqual(acts);
});

// B-11: what rang while the network was away is there when it is back.
test("a network that was away is caught up with", async ({ page, device, portico }) => {
  await openConsole(page, SAOIRSE);
  const offers = await readAll(page);
  const patient = await addPatient(page);
  const link = await invite(page, portico, patient);
  await unread(page, offers);
  await page.context().setOffline(true);
  await accept(await device(), link);
  await page.waitForTimeout(500);
  await unread(page, offers);
  await page.context().setOffline(false);
  await unread(page, offers + 1);
});
