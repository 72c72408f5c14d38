// Colleagues talk: between two, and several under a name; who takes part, who is mentioned, and who is not let in.
import { DESK, axe, expect, noSidewaysScroll, test } from "../../harness/test.js";
import { BEN, GRACE, MIRA, TOM, door, openConsole } from "../../harness/people.js";
import type { Page } from "../../harness/test.js";

/** Begins a conversation by the dialog, with these. */
async function begin(page: Page, names: string[], called?: string): Promise<string> {
  await page.goto("/console/chat/practice");
  await page.getByRole("button", { name: "New conversation" }).first().click();
  const dialog = page.getByRole("dialog", { name: "New conversation" });
  for (const name of names) {
    await dialog.getByLabel("Find a colleague").fill(name);
    await dialog.locator(".choices").getByRole("button", { name: new RegExp(name) }).click();
    await expect(dialog.getByRole("listitem").filter({ hasText: name })).toHaveCount(1);
  }
  await axe(page);
  if (called !== undefined) await dialog.getByLabel("Name of the conversation").fill(called);
  await dialog.getByRole("button", { name: "Start conversation" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(called ?? names[0]!);
  return page.url().split("/").pop()!;
}

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: text })).toBeVisible();
  await expect(page.getByLabel("Message")).toHaveValue("");
}

// Decision 10
test("colleagues write to each other, and nobody else reads it", async ({ page, device }) => {
  test.setTimeout(180_000);
  await openConsole(page);
  const tom = await device(DESK);
  await openConsole(tom, TOM);
  const ben = await device(DESK);
  await openConsole(ben, BEN);

  // What the demo has: one of three, with something unread.
  await page.goto("/console/chat");
  await page.getByRole("link", { name: "Practice", exact: true }).click();
  const desk = page.getByRole("listitem").filter({ hasText: "Front desk" });
  await expect(desk).toContainText("Ordered, it comes on Thursday.");
  await axe(page);
  await noSidewaysScroll(page);
  await desk.getByRole("link").click();
  await expect(page.getByText("Ordered, it comes on Thursday.")).toBeVisible();
  await axe(page);

  // Between two, live on both sides.
  const two = await begin(page, [TOM.name]);
  await write(page, "Are you free at noon?");
  await expect(tom.getByRole("link", { name: /^Chat, 1 unread/ })).toBeVisible();
  await tom.getByRole("link", { name: /^Chat, 1 unread/ }).click();
  const row = tom.getByRole("listitem").filter({ hasText: "Are you free at noon?" });
  await row.getByRole("link").click();
  await expect(tom.getByRole("heading", { level: 1 })).toHaveText(MIRA.name);
  await expect(tom.getByRole("link", { name: /^Chat, / })).toHaveCount(0);
  await expect(page.getByText(`Read by ${TOM.name}`)).toBeVisible();
  await write(tom, "Yes, at the usual place.");
  await expect(page.getByText("Yes, at the usual place.")).toBeVisible();
  await tom.getByRole("listitem").filter({ hasText: "usual place" }).getByRole("button", { name: "Withdraw" }).click();
  await tom.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByText("Yes, at the usual place.")).toHaveCount(0);
  await expect(page.getByText("This message was withdrawn")).toBeVisible();

  // What is typed and not sent is here again.
  await page.getByLabel("Message").fill("Half a thought");
  await page.reload();
  await expect(page.getByLabel("Message")).toHaveValue("Half a thought");
  await page.getByLabel("Message").fill("");

  // Of several, under a name.
  const many = await begin(page, [TOM.name, GRACE.name], "Summer party");
  await write(page, "Who brings the cake?");
  // A member is offered once an @ is typed, and hears the bell.
  await page.getByLabel("Message").fill("Maybe @to");
  await page.getByRole("group", { name: "Mention" }).getByRole("button", { name: `@${TOM.name}` }).click();
  await expect(page.getByLabel("Message")).toHaveValue(`Maybe @${TOM.name} `);
  await axe(page);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await tom.goto("/console/notifications");
  await expect(tom.getByText(`${MIRA.name} mentioned you in Summer party`)).toBeVisible();
  await axe(tom);
  await tom.goto("/console/chat/practice");
  await expect(tom.getByRole("listitem").filter({ hasText: "Summer party" })).toContainText("You are mentioned");
  await axe(tom);
  await tom.getByRole("link", { name: /Summer party/ }).click();
  await expect(tom.getByText("Who brings the cake?")).toBeVisible();

  // Members see to it; what was done stands in its place.
  await page.getByText("3 members").click();
  await axe(page);
  await page.getByRole("button", { name: "Add a colleague" }).click();
  const add = page.getByRole("dialog", { name: "Add a colleague" });
  await add.getByLabel("Find a colleague").fill("Ben");
  await add.locator(".choices").getByRole("button", { name: new RegExp(BEN.name) }).click();
  await axe(page);
  await add.getByRole("button", { name: "Add a colleague" }).click();
  await expect(page.getByText(`You added ${BEN.name}`)).toBeVisible();
  await expect(page.getByText("4 members")).toBeVisible();
  await expect(tom.getByText(`${MIRA.name} added ${BEN.name}`)).toBeVisible();
  await tom.getByText("4 members").click();
  await tom.getByRole("button", { name: "Rename" }).click();
  const rename = tom.getByRole("dialog", { name: "Rename" });
  await rename.getByLabel("Name of the conversation").fill("");
  await rename.getByRole("button", { name: "Rename" }).click();
  await expect(rename.locator("[aria-invalid=true]")).toHaveCount(1);
  await axe(tom);
  await rename.getByLabel("Name of the conversation").fill("Winter party");
  await rename.getByRole("button", { name: "Rename" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Winter party");
  await tom.getByRole("button", { name: "Leave" }).click();
  await axe(tom);
  await tom.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await expect(tom).toHaveURL(/\/console\/chat\/practice$/);
  await expect(page.getByText(`${TOM.name} left`)).toBeVisible();
  await axe(page);

  // Who was added reads what was before; who left, or was never there, finds nothing.
  await ben.goto(`/console/chat/practice/${many}`);
  await expect(ben.getByText("Who brings the cake?")).toBeVisible();
  expect((await door(tom, "group_chat/open", { id: many, window: "latest" })).status).toBe(404);
  await ben.goto(`/console/chat/practice/${two}`);
  await expect(ben.getByText("Are you free at noon?")).toHaveCount(0);
  expect((await door(ben, "group_chat/open", { id: two, window: "latest" })).status).toBe(404);

  // Switched off it stays readable.
  const version = async (): Promise<number> => ((await door(page, "settings/patient_access", {})).body as { version: number }).version;
  const form = { invitations: "yes", link_hours: "48", steps_down: "", ends: "", reminders: "yes", updates: "approval", waiting: "" };
  const off = { ...form, group_chat: "", patient_chat: "" };
  expect((await door(page, "settings/save_patient_access", { version: await version(), form: off })).status).toBe(200);
  await page.goto(`/console/chat/practice/${many}`);
  await expect(page.getByText("Who brings the cake?")).toBeVisible();
  await expect(page.getByText("Group chat is off in this practice")).toBeVisible();
  await expect(page.getByRole("button", { name: "Send", exact: true })).toHaveCount(0);
  await axe(page);
  const again = { ...form, group_chat: "yes", patient_chat: "yes" };
  expect((await door(page, "settings/save_patient_access", { version: await version(), form: again })).status).toBe(200);
  await page.reload();
  await write(page, "Back again");
});
