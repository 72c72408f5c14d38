// Chat's walk: switched on, begun, written and answered, switched off for one patient, and on again.
import { PHONE, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, MIRA, accept, addPatient, door, invite, openConsole, openPortal, openProfile } from "../../harness/people.js";
import type { Page } from "../../harness/test.js";

/** Chat with patients, in Settings > General > Patient Access. */
async function switchChat(page: Page, what: { group?: boolean; patients?: boolean }): Promise<void> {
  await page.goto("/console/settings/general");
  await page.getByRole("button", { name: "Edit Patient Access" }).click();
  const dialog = page.getByRole("dialog", { name: "Patient Access" });
  const set = async (name: string, on: boolean | undefined): Promise<void> => {
    if (on !== undefined) await dialog.getByRole("checkbox", { name, exact: true }).setChecked(on);
  };
  await set("Group chat", what.group);
  await set("Chat", what.patients);
  await dialog.getByRole("button", { name: "Save" }).click();
}

/** What colleagues wrote is read: the bubble counts it too. */
async function readColleagues(page: Page): Promise<void> {
  const { body } = await door(page, "group_chat/list", { page: { after: null, limit: null } });
  for (const { id, unread } of (body as { rows: { rows: { id: string; unread: number }[] } }).rows.rows) {
    // As far as it goes; never further than the last line.
    for (let number = 1; unread > 0 && number <= 50; number += 1) await door(page, "group_chat/read", { id, number });
  }
}

// S2-01 … S2-24
test("the owner switches chat on, a practitioner writes, the patient answers", async ({ page, device, portico }) => {
  test.setTimeout(180_000);
  await openConsole(page);
  await readColleagues(page);
  const patient = await addPatient(page);
  const nobody = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await phone.goto(`/portal/${patient.id}/messages`);
  await expect(phone.getByText("No messages yet")).toBeVisible();
  await axe(phone);

  // S2-07, S2-08
  const dialog = page.getByRole("dialog", { name: "Patient Access" });
  await switchChat(page, { group: false, patients: true });
  await expect(dialog.getByText("Group chat must be on for this.")).toBeVisible();
  await axe(page);
  await dialog.getByRole("checkbox", { name: "Group chat", exact: true }).check();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();

  // S2-10, S2-11, S2-04
  await page.getByRole("link", { name: "Chat", exact: true }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Chat" })).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "New Chat" }).first().click();
  const start = page.getByRole("dialog", { name: "New Chat" });
  await start.getByLabel("Find a patient").fill(nobody.last);
  await expect(start.getByText("Invite them first.")).toBeVisible();
  await axe(page);
  await start.getByLabel("Find a patient").fill(patient.last);
  await start.getByRole("button", { name: new RegExp(patient.last) }).click();
  await start.getByRole("button", { name: "Start Chat" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(patient.last);
  await axe(page);
  await page.getByLabel("Message").fill("How is the ankle?\n\nAny pain at night?");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "How is the ankle?" })).toBeVisible();
  await expect(page.getByLabel("Message")).toHaveValue("");

  // On the phone, by itself: the page was open.
  await expect(phone.getByText("1 new message")).toBeVisible();
  await axe(phone);
  await phone.goto(`/portal/${patient.id}`);
  await expect(phone.getByRole("region", { name: "New messages" })).toBeVisible();
  await axe(phone);
  await phone.getByRole("link", { name: "Go to messages" }).click();
  await phone.getByRole("link", { name: MIRA.name }).click();
  await expect(phone.getByText("Any pain at night?")).toBeVisible();
  await axe(phone);
  await noSidewaysScroll(phone);

  // In the underground the answer waits, and goes out when the network is back.
  await phone.context().setOffline(true);
  await phone.getByLabel("Your message").fill("Much better, thank you.");
  await phone.getByRole("button", { name: "Send" }).click();
  const answer = phone.getByRole("listitem").filter({ hasText: "Much better" });
  await expect(answer).toContainText("Not sent yet");
  await expect(answer).not.toContainText("Delivered");
  await axe(phone);
  // What is typed meanwhile is another message, and a reload loses neither.
  await phone.getByLabel("Your message").fill("And what about stairs?");
  await phone.context().setOffline(false);
  await expect(answer).toContainText("Delivered");
  await expect(answer).toHaveCount(1);
  await phone.reload();
  await expect(phone.getByLabel("Your message")).toHaveValue("And what about stairs?");
  // Stored, and the answer lost on the way: it is one message all the same.
  await phone.route("**/api/chat/own_send*", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await phone.getByRole("button", { name: "Send" }).click();
  const stairs = phone.getByRole("listitem").filter({ hasText: "And what about stairs?" });
  await expect(stairs).toContainText("Delivered", { timeout: 20_000 });
  await expect(stairs).toHaveCount(1);
  await expect(page.getByRole("listitem").filter({ hasText: "And what about stairs?" })).toHaveCount(1);
  // S2-14: it is on the practitioner's open page, once.
  await expect(page.getByRole("listitem").filter({ hasText: "Much better" })).toHaveCount(1);
  // Who looks at it has read it: the bubble counts it no more.
  await expect(page.getByRole("link", { name: /^Chat, / })).toHaveCount(0);
  await page.goto("/console");
  await phone.getByLabel("Your message").fill("One more thing.");
  await phone.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("link", { name: /^Chat, 1 unread/ })).toBeVisible();
  await axe(page);
  await page.getByRole("link", { name: /^Chat, 1 unread/ }).click();

  // S2-12, S2-13, S2-15
  const row = page.getByRole("listitem").filter({ hasText: patient.last });
  await expect(row).toContainText("One more thing.");
  await page.getByLabel("Find a conversation").fill("nobody of this name");
  await expect(row).toHaveCount(0);
  await axe(page);
  await page.getByLabel("Find a conversation").fill(patient.last);
  await expect(row).toHaveCount(1);
  await page.getByRole("button", { name: "Oldest first" }).click();
  await expect(page.getByRole("button", { name: "Oldest first" })).toHaveAttribute("aria-pressed", "true");
  await expect(row).toHaveCount(1);
  await row.getByRole("link").click();
  await expect(page.getByText("One more thing.")).toBeVisible();
  await expect(page.getByRole("link", { name: /^Chat, / })).toHaveCount(0);
  // What was read there shows here, by itself; what is withdrawn goes on the open page.
  await page.getByLabel("Message").fill("Stairs are fine.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Stairs are fine." })).toContainText(`Read by ${patient.first}`);
  await phone.getByRole("listitem").filter({ hasText: "One more thing." }).getByText(/^Withdraw/).first().click();
  await phone.getByRole("button", { name: "Withdraw this message" }).last().click();
  await expect(page.getByText("One more thing.")).toHaveCount(0);
  await axe(page);

  // S2-16, S2-17, S2-19, S2-21
  await openProfile(page, nobody);
  await expect(page.getByRole("button", { name: "Portal settings" })).toHaveCount(0);
  await openProfile(page, patient);
  await page.getByRole("button", { name: "Portal settings" }).click();
  const settings = page.getByRole("dialog", { name: "Portal settings" });
  await settings.getByLabel("Chat").selectOption({ label: "Disabled" });
  await axe(page);
  await settings.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  await phone.reload();
  await expect(phone.getByText("Messages are switched off at present.")).toBeVisible();
  await expect(phone.getByText("Stairs are fine.")).toBeVisible();
  await expect(phone.getByRole("button", { name: "Send" })).toHaveCount(0);
  await axe(phone);
  await page.goto("/console/chat");
  await expect(page.getByRole("button", { name: "New Chat" }).first()).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Hide inactive" }).click();
  await expect(row).toHaveCount(1);
  await row.getByRole("link").click();
  await expect(page.getByText("Stairs are fine.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toHaveCount(0);
  await axe(page);

  // S2-23: a new chat switches it on again.
  await page.goto("/console/chat");
  await page.getByRole("button", { name: "New Chat" }).first().click();
  await start.getByLabel("Find a patient").fill(patient.last);
  await start.getByRole("button", { name: new RegExp(patient.last) }).click();
  await start.getByRole("button", { name: "Start Chat" }).click();
  await expect(page.getByLabel("Message")).toBeVisible();
  await phone.reload();
  await expect(phone.getByLabel("Your message")).toBeVisible();
});

// B-07, PT-10: by forms alone; and one's own message is withdrawn.
test("who waits for an answer is listed until it is given, and is told when to expect it", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await switchChat(page, { group: true, patients: true });
  await expect(page.getByRole("dialog")).toBeHidden();
  // What the practice says about its answers; what is wrong stands beside the field and stays typed.
  await page.getByRole("button", { name: "Edit answers in chat" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit answers in chat" });
  await dialog.getByLabel("Usually answered within (hours)").fill("soon");
  await dialog.getByLabel("Number for emergencies").fill("000");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Usually answered within (hours)")).toHaveAttribute("aria-invalid", "true");
  await axe(page);
  await dialog.getByLabel("Usually answered within (hours)").fill("48");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const card = page.getByRole("region", { name: "Answers in chat" });
  await expect(card).toContainText("2 days");
  await expect(card).toContainText("000");
  await axe(page);

  const { body: id } = await door(page, "chat/start", { patient: patient.id });
  await phone.goto(`/portal/${patient.id}/messages/${String(id)}`);
  await expect(phone.getByText("Usually answered within 2 days.")).toBeVisible();
  await expect(phone.getByText("In an emergency call 000.")).toBeVisible();
  await axe(phone);
  await phone.getByLabel("Your message").fill("May I swim?");
  await phone.getByRole("button", { name: "Send" }).click();
  await expect(phone.getByRole("listitem").filter({ hasText: "May I swim?" })).toContainText("Delivered");

  await page.goto("/console/chat");
  const row = page.getByRole("listitem").filter({ hasText: patient.last });
  await expect(row).toContainText("Not answered yet, written");
  await page.getByRole("button", { name: "Only those waiting for an answer" }).click();
  await expect(row).toBeVisible();
  await axe(page);
  await row.getByRole("link").click();
  await expect(page.getByText("Not answered yet, written")).toBeVisible();
  await axe(page);
  await page.getByRole("button", { name: "No answer needed" }).click();
  await expect(page.getByText("Not answered yet, written")).toBeHidden();
  await expect(page.getByLabel("Message")).toBeFocused();
  await page.goto("/console/chat?waiting=yes");
  await expect(page.getByRole("heading", { name: "Chat", level: 1 })).toBeVisible();
  await expect(row).toBeHidden();
  // The next question comes to the page that is open.
  await page.goto(`/console/chat/${String(id)}`);
  await expect(page.getByText("May I swim?")).toBeVisible();
  await phone.getByLabel("Your message").fill("And cycle?");
  await phone.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Not answered yet, written")).toBeVisible();
  await expect(phone.getByRole("listitem").filter({ hasText: "And cycle?" })).toContainText("Delivered");
  // B-11: a look that fails is made again, though nobody says a further word.
  let failures = 0;
  await phone.route(`**/messages/${String(id)}`, async (route) => {
    if (failures > 0) return route.fallback();
    failures += 1;
    return route.abort("internetdisconnected");
  });
  await page.getByLabel("Message").fill("Both, for ten minutes.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("Not answered yet, written")).toBeHidden();
  await expect(phone.getByText("Both, for ten minutes.")).toBeVisible({ timeout: 20_000 });
  expect(failures).toBe(1);
});

test("without scripts a message is read, answered and withdrawn", async ({ page, device, portico }) => {
  await openConsole(page);
  const patient = await addPatient(page);
  const phone = await device(PHONE);
  await accept(phone, await invite(page, portico, patient));
  await switchChat(page, { group: true, patients: true });
  await expect(page.getByRole("dialog")).toBeHidden();
  const { body: id } = await door(page, "chat/start", { patient: patient.id });
  const message = `msg_${"0".repeat(31)}7`;
  expect((await door(page, "chat/send", { id, message, form: { body: "Hello" } })).status).toBe(200);
  const plain = await device({ ...PHONE, javaScriptEnabled: false });
  await openPortal(plain, patient.email);
  await plain.goto(`/portal/${patient.id}/messages`);
  await plain.getByRole("link", { name: MIRA.name }).click();
  await expect(plain.getByText("Hello", { exact: true })).toBeVisible();
  await plain.getByLabel("Your message").fill("x".repeat(10));
  await plain.getByRole("button", { name: "Send" }).click();
  await expect(plain.getByRole("listitem").filter({ hasText: "xxxxxxxxxx" })).toHaveCount(1);
  // Nothing is not sent.
  await plain.getByRole("button", { name: "Send" }).click();
  await expect(plain.locator("[aria-invalid=true]")).toHaveCount(1);
  await plain.goto(`/portal/${patient.id}/messages/${String(id)}`);
  await plain.getByText(/^Withdraw/).first().click();
  await plain.getByRole("button", { name: "Withdraw this message" }).click();
  await expect(plain.getByText("This message was withdrawn.")).toBeVisible();
  // A colleague knows of none of it (PT-07, PR-01).
  const ben = await device();
  await openConsole(ben, BEN);
  await ben.goto(`/console/chat/${String(id)}`);
  await expect(ben.getByText("Hello", { exact: true })).toHaveCount(0);
  expect((await door(ben, "chat/open", { id, window: "latest" })).status).toBe(404);
});
