// A patient changes her details: where the practice looks at each change first, where it counts at once, and where none is
// taken. Both sides see what became of it.
import { axe, DESK, expect, noSidewaysScroll, settled, test, type Page } from "../../harness/test.js";
import { BEN, PRIYA, SECOND, accept, addPatient, door, invite, openConsole } from "../../harness/people.js";

/** Sets what the group of this console makes of changes. */
async function mode(page: Page, updates: "auto" | "approval" | "disabled"): Promise<void> {
  const now = (await door(page, "settings/patient_access", {})).body as { version: number };
  const form = { invitations: "yes", reminders: "yes", link_hours: "24", updates, waiting: "keep" };
  expect((await door(page, "settings/save_patient_access", { version: now.version, form })).status).toBe(200);
}

// S0-02 to S0-04, S0-17, S0-33 to S0-38: the walk, with and without scripts on the phone.
for (const scripts of [true, false]) {
  test(`a changed number is approved, a wrong one is not${scripts ? "" : ", without scripts"}`, async ({ device, portico }) => {
    const desk = await device(DESK);
    await openConsole(desk, BEN);
    const patient = await addPatient(desk);
    const page = await device({ javaScriptEnabled: scripts });
    await accept(page, await invite(desk, portico, patient));
    // The same person with a second practice, where changes count at once.
    const second = await device(DESK);
    await openConsole(second, PRIYA);
    await mode(second, "auto");
    const there = await addPatient(second, { first: patient.first, last: patient.last, email: patient.email });
    await page.goto(await invite(second, portico, there));
    await page.getByRole("button", { name: "Accept and open the portal" }).click();
    await expect(page).toHaveURL(new RegExp(`/portal/${there.id}`));

    await page.goto(`/portal/${patient.id}`);
    await page.getByRole("link", { name: "Details" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "My details" })).toBeVisible();
    if (scripts) await axe(page);
    await noSidewaysScroll(page);
    await page.getByLabel("Mobile").fill("none");
    await page.getByLabel("Suburb or city").fill("Balmain");
    await page.getByRole("button", { name: "Send the changes" }).click();
    // Nothing typed is lost, and what is wrong stands beside its field.
    await expect(page.getByText("This is not a telephone number.")).toBeVisible();
    await expect(page.getByLabel("Suburb or city")).toHaveValue("Balmain");
    if (scripts) await axe(page);
    await page.getByLabel("Mobile").fill("0491 570 156");
    await page.getByLabel("Member number").fill("12345678");
    await page.getByLabel(SECOND).check();
    await page.getByRole("button", { name: "Send the changes" }).click();
    await expect(page.getByText("Sent. You see here what becomes of it.")).toBeVisible();
    await expect(page.getByText("Waiting for the practice since")).toHaveCount(3);
    await expect(page.getByLabel("Mobile")).toHaveValue("0491 570 156");
    if (scripts) await axe(page);
    await noSidewaysScroll(page);

    // There it counts at once.
    await second.goto(`/console/patients/${there.id}`);
    await expect(second.getByText("0491 570 156")).toBeVisible();
    await expect(second.getByText("12345678")).toBeVisible();

    // Here the bell rings, and each field is decided about.
    await expect(desk.getByLabel(/^Notifications, [1-9]/)).toBeVisible();
    await desk.goto(`/console/patients/${patient.id}`);
    await expect(desk.getByText("0491 570 156")).toHaveCount(0);
    await desk.getByRole("link", { name: "Updates (3)" }).click();
    const change = (field: string) => desk.getByRole("listitem", { name: field });
    await expect(change("Mobile")).toContainText("nothing");
    await expect(change("Mobile")).toContainText("0491 570 156");
    await settled(desk);
    await axe(desk);
    await desk.getByRole("button", { name: "Approve: Mobile" }).click();
    await expect(change("Mobile")).toHaveCount(0);
    await desk.getByRole("button", { name: "Reject: Fund member number" }).click();
    const dialog = desk.getByRole("dialog", { name: "Reject this change?" });
    await dialog.getByLabel("Reason").fill("This number has 9 digits.");
    await axe(desk);
    await dialog.getByRole("button", { name: "Reject" }).click();
    await expect(dialog).toBeHidden();
    await desk.getByRole("button", { name: "Edit: Suburb or city" }).click();
    const edit = desk.getByRole("dialog", { name: "Write something else" });
    await edit.getByLabel("Suburb or city").fill("Balmain East");
    await edit.getByRole("button", { name: "Approve" }).click();
    await expect(desk.getByText("Nothing waits")).toBeVisible();
    await desk.getByRole("link", { name: "Summary" }).click();
    await expect(desk.getByText("0491 570 156")).toBeVisible();

    await page.goto(`/portal/${patient.id}/details`);
    await expect(page.getByText(/^Accepted on/)).toBeVisible();
    await expect(page.getByText("The practice changed this itself on")).toBeVisible();
    await expect(page.getByText("This number has 9 digits.")).toBeVisible();
    if (scripts) await axe(page);
    await noSidewaysScroll(page);

    // And where none is taken, the portal says so.
    await mode(second, "disabled");
    await page.goto(`/portal/${there.id}/details`);
    await expect(page.getByText("This practice takes no changes from the portal.")).toBeVisible();
    await expect(page.getByRole("button", { name: /Send|Save/ })).toHaveCount(0);
    if (scripts) await axe(page);
    await mode(second, "approval");
  });
}

// B-03: what the practice changed meanwhile is not overwritten unseen; a decision can be taken back.
test("a field that was changed here meanwhile is shown as a conflict", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await page.goto(`/portal/${patient.id}/details`);
  await page.getByLabel("Mobile").fill("0491 570 156");
  const profile = (await door(desk, "patients/profile", { id: patient.id })).body as { version: number };
  const form = { legal_first: patient.first, legal_last: patient.last, email: patient.email, birth_date: "1984-02-29", mobile: "0491 570 157" };
  expect((await door(desk, "patients/save", { id: patient.id, version: profile.version, form })).status).toBe(200);
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();

  await desk.goto(`/console/patients/${patient.id}/updates`);
  await expect(desk.getByText("This was changed here since the patient looked. They saw: nothing.")).toBeVisible();
  await settled(desk);
  await axe(desk);
  await desk.getByRole("button", { name: "Take the patient’s: Mobile" }).click();
  await expect(desk.getByText("Nothing waits")).toBeVisible();
  await desk.getByRole("button", { name: "Undo: Mobile" }).click();
  await expect(desk.getByRole("listitem", { name: "Mobile" })).toBeVisible();
  await desk.getByRole("button", { name: "Keep ours: Mobile" }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await expect(desk.getByText("Nothing waits")).toBeVisible();
});

// S0-19: in her own words, read by those who treat her; funding is the front desk's too.
test("how somebody lives is not the front desk's to read", async ({ page, device, portico }) => {
  const desk = await device(DESK);
  await openConsole(desk);
  const patient = await addPatient(desk);
  await accept(page, await invite(desk, portico, patient));
  await page.goto(`/portal/${patient.id}/details`);
  await page.getByLabel("Smoking").fill("Not since 2009");
  await page.getByRole("button", { name: "Send the changes" }).click();
  await expect(page.getByText("Sent.")).toBeVisible();
  const front = await device(DESK);
  await openConsole(front, BEN);
  await front.goto(`/console/patients/${patient.id}/updates`);
  await expect(front.getByText("Nothing waits")).toBeVisible();
  await axe(front);
  await front.getByRole("link", { name: "Summary" }).click();
  await expect(front.getByRole("heading", { name: "Who pays" })).toBeVisible();
  await expect(front.getByRole("heading", { name: "Social history" })).toHaveCount(0);

  await desk.goto(`/console/patients/${patient.id}/updates`);
  await desk.getByRole("button", { name: "Approve: Smoking" }).click();
  await expect(desk.getByText("Nothing waits")).toBeVisible();
  await desk.getByRole("link", { name: "Summary" }).click();
  await expect(desk.getByText("Not since 2009")).toBeVisible();
  await desk.getByRole("button", { name: "Edit funding and social history" }).click();
  const dialog = desk.getByRole("dialog", { name: "Edit funding and social history" });
  await dialog.getByLabel("Fund member number").fill("<9>");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("This is no number of a card.")).toBeVisible();
  await axe(desk);
  await dialog.getByLabel("Fund member number").fill("123 456 789");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(desk.getByText("123 456 789")).toBeVisible();
});
